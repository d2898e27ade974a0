package dev.airfoil.pipeline;

import dev.airfoil.dit.DitAir;
import dev.airfoil.dit.DitConfig;
import dev.airfoil.dit.Sharing;
import dev.airfoil.nn.ParameterSource;
import dev.airfoil.nn.Params;
import dev.airfoil.tensor.Backend;
import dev.airfoil.tensor.BackendProvider;
import dev.airfoil.tensor.Backends;
import dev.airfoil.tensor.DType;
import dev.airfoil.tensor.Eager;
import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Scope;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.TensorSpec;
import dev.airfoil.text.TextEncoder;
import dev.airfoil.text.TextFeatures;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A model of a few thousand numbers, which has learnt nothing but gives other pictures for other prompts. */
final class Tiny {
    static final int WIDTH = 8;
    static final int TOKENS = 5;
    static final DitConfig CONFIG = new DitConfig(Sharing.FULL, 2, 16, 2, 3, 2, WIDTH, WIDTH);
    static final ModelInfo INFO = new ModelInfo(
            "tiny", CONFIG, TextEncoderChoice.E5_SMALL_V2, TOKENS, CodecChoice.PIXELS, 8, 3.5, Map.of("steps", "0"));

    private Tiny() {}

    static Backend backend() {
        return Backends.open("reference", BackendProvider.Options.DEFAULT);
    }

    static TextToImage open() {
        Eager eager = new Eager(backend());
        Scope weights = Scope.open("tiny");
        return eager.call(() -> {
            DitAir model = new DitAir(CONFIG, Params.load(weights, new Noisy(parameters(weights))));
            return new TextToImage(eager, weights, INFO, new Hashes(), new Painter(model, new PixelCodec()), 2);
        });
    }

    /** Saves such a model. */
    static void save(Path target, ModelInfo info, DType dtype) {
        try (Backend backend = backend();
                Scope weights = Scope.open("tiny")) {
            new Eager(backend).run(() -> ModelFile.write(target, info, parameters(weights), dtype));
        }
    }

    /** Its parameters: random ones, since those of a fresh model give zero velocity. */
    static Map<String, Tensor> parameters(Scope owner) {
        Params fresh = Params.fresh(owner, 1);
        new DitAir(CONFIG, fresh);
        Map<String, Tensor> all = new LinkedHashMap<>();
        owner.run(() -> fresh.all()
                .forEach((name, parameter) -> all.put(
                        name,
                        F.affine(
                                F.normal(
                                        9, all.size(), parameter.value().shape().toArray()),
                                0.2,
                                0))));
        return all;
    }

    /** Parameters that are there already. */
    private record Noisy(Map<String, Tensor> values) implements ParameterSource {
        @Override
        public Map<String, TensorSpec> specs() {
            Map<String, TensorSpec> specs = new LinkedHashMap<>();
            values.forEach((name, value) -> specs.put(name, value.spec()));
            return specs;
        }

        @Override
        public Tensor read(String name) {
            return F.affine(values.get(name), 1, 0);
        }

        @Override
        public String description() {
            return "tiny";
        }
    }

    /** Reads one word as one token, made of its hash. */
    static final class Hashes implements TextEncoder {
        @Override
        public TextFeatures encode(List<String> texts) {
            float[] tokens = new float[texts.size() * TOKENS * WIDTH];
            float[] pooled = new float[texts.size() * WIDTH];
            int[] mask = new int[texts.size() * TOKENS];
            List<String> cut = new ArrayList<>();
            for (int i = 0; i < texts.size(); i++) {
                List<String> words = List.of(texts.get(i).split(" "));
                for (int t = 0; t < Math.min(TOKENS, words.size()); t++) {
                    mask[i * TOKENS + t] = 1;
                    for (int d = 0; d < WIDTH; d++) {
                        float value = (words.get(t).hashCode() * 31 + d * 7) % 17 / 8f;
                        tokens[(i * TOKENS + t) * WIDTH + d] = value;
                        pooled[i * WIDTH + d] += value;
                    }
                }
                cut.add(words.size() > TOKENS ? String.join(" ", words.subList(TOKENS, words.size())) : "");
            }
            return new TextFeatures(
                    Tensor.of(tokens, texts.size(), TOKENS, WIDTH),
                    Tensor.of(mask, texts.size(), TOKENS),
                    Tensor.of(pooled, texts.size(), WIDTH),
                    cut);
        }

        @Override
        public int width() {
            return WIDTH;
        }

        @Override
        public int limit() {
            return TOKENS;
        }

        @Override
        public void close() {
            // no weights
        }
    }
}
