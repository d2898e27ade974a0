package dev.airfoil.train;

import dev.airfoil.autograd.Tape;
import dev.airfoil.dit.DitConfig;
import dev.airfoil.dit.Sharing;
import dev.airfoil.pipeline.CodecChoice;
import dev.airfoil.pipeline.TextEncoderChoice;
import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.text.TextEncoder;
import dev.airfoil.text.TextFeatures;
import dev.airfoil.train.data.ImageTextSet;
import dev.airfoil.train.data.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** The smallest of everything: pictures of 4 x 4 pixels, an encoder 5 wide, a model of two blocks. */
final class Tiny {
    static final int WIDTH = 5;
    static final int TOKENS = 6;

    private Tiny() {}

    /** A set of {@code count} pictures, every fifth held out. */
    static Path set(Path folder, int count) {
        StringBuilder pairs = new StringBuilder();
        byte[] pixels = new byte[count * 48];
        for (int i = 0; i < count; i++) {
            pairs.append("""
                {"id":"p%d","concept":"c%d","group":"g%d","style":"","licence":"MIT","split":"%s",\
                "captions":["a thing %s","thing%s"]}
                """.formatted(i, i, i % 3, i % 5 == 4 ? "HELD_OUT" : "TRAIN", "x".repeat(i), "y".repeat(i)));
            for (int p = 0; p < 48; p++) {
                pixels[i * 48 + p] = (byte) (i * 37 + p * 11);
            }
        }
        try {
            Files.createDirectories(folder);
            Files.writeString(folder.resolve("pairs.jsonl"), pairs);
            Files.write(folder.resolve("pixels.u8"), pixels);
            Files.writeString(
                    folder.resolve("info.json"),
                    "{\"format\":\"airfoil-image-text\",\"version\":1,\"count\":%d,\"size\":4}".formatted(count));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return folder;
    }

    /** The set's text features. */
    static Path texts(Path set) {
        return Training.prepareTexts(set, config(), Tiny::encoder, Progress.NONE);
    }

    static TextCache cache(Path set) {
        return TextCache.open(texts(set), config().encoder(), TOKENS, TextCache.captions(ImageTextSet.open(set)));
    }

    /** Features drawn from the text's hash: as many tokens as the text has characters plus one, at most 6. */
    static TextEncoder encoder() {
        return new TextEncoder() {
            @Override
            public TextFeatures encode(List<String> texts) {
                int n = texts.stream().mapToInt(t -> tokens(t)).max().orElseThrow();
                List<Tensor> rows = new ArrayList<>();
                List<Tensor> pooled = new ArrayList<>();
                int[] mask = new int[texts.size() * n];
                for (int i = 0; i < texts.size(); i++) {
                    Tensor row = F.normal(texts.get(i).hashCode(), 0, 1, TOKENS, WIDTH);
                    rows.add(row.narrow(1, 0, n));
                    pooled.add(row.mean(1).reshape(1, WIDTH));
                    for (int t = 0; t < tokens(texts.get(i)); t++) {
                        mask[i * n + t] = 1;
                    }
                }
                return new TextFeatures(
                        F.concat(0, rows),
                        Tensor.of(mask, texts.size(), n),
                        F.concat(0, pooled),
                        Collections.nCopies(texts.size(), ""));
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
                // nothing to free
            }
        };
    }

    static int tokens(String text) {
        return Math.min(TOKENS, text.length() + 1);
    }

    static TrainConfig config() {
        return new TrainConfig(
                new DitConfig(Sharing.NONE, 2, 8, 2, 3, 2, WIDTH, WIDTH),
                TextEncoderChoice.E5_SMALL_V2,
                TOKENS,
                CodecChoice.PIXELS,
                Adafactor.paper(1e-2),
                FlowMatching.PAPER,
                4,
                2,
                3,
                OptionalDouble.of(1),
                0.99,
                7);
    }

    static RunSettings settings(Path set, Path out, long steps) {
        return settings(set, out, steps, new RunSettings.Every(2, 0, 0, 0));
    }

    static RunSettings settings(Path set, Path out, long steps, RunSettings.Every every) {
        texts(set);
        return new RunSettings(set, out, steps, Optional.empty(), Tape.Blocks.REMEMBER, 3, every);
    }
}
