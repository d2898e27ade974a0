package dev.airfoil.dit;

import dev.airfoil.nn.Init;
import dev.airfoil.nn.Linear;
import dev.airfoil.nn.Mlp;
import dev.airfoil.nn.Params;
import dev.airfoil.tensor.Backend;
import dev.airfoil.tensor.DType;
import dev.airfoil.tensor.Dims;
import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Interpreter;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.Activation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * DiT-Air: predicts the velocity {@code v = z0 - eps} of a noisy latent from the text and the noise level. With sharing,
 * the blocks are the same object N times (DiT-Air-Lite).
 */
public final class DitAir {
    private static final int TIME_FEATURES = 256;

    private final DitConfig config;
    private final Patches patches;
    private final Rope2d rope;
    private final Linear patchEmbed;
    private final Linear textEmbed;
    private final Mlp timeEmbed;
    private final Mlp pooledEmbed;
    private final Linear modulation;
    private final List<DitBlock> blocks;
    private final Linear finalModulation;
    private final Linear finalProj;

    /** Builds the model from fresh or loaded parameters. */
    public DitAir(DitConfig config, Params params) {
        int d = config.dim();
        int patchDim = config.patch() * config.patch() * config.latentChannels();
        this.config = config;
        this.patches = new Patches(config.patch(), config.latentChannels());
        this.rope = new Rope2d(config.headDim(), params.owner());
        this.patchEmbed = Linear.of(params.in("patch_embed"), patchDim, d);
        this.textEmbed = Linear.of(params.in("text_embed"), config.textDim(), d);
        this.timeEmbed =
                Mlp.of(params.in("time_embed"), TIME_FEATURES, d, d, Activation.Fn.SILU, new Init.Normal(0.02));
        this.pooledEmbed = Mlp.of(params.in("pooled_embed"), config.pooledDim(), d, d, Activation.Fn.SILU, Init.XAVIER);
        this.modulation = Linear.of(params.in("modulation"), d, 12 * d, Init.ZEROS);
        this.blocks = blocks(config, params);
        this.finalModulation = Linear.of(params.in("final_modulation"), d, 2 * d, Init.ZEROS);
        this.finalProj = Linear.of(params.in("final_proj"), d, patchDim, Init.ZEROS);
    }

    private static List<DitBlock> blocks(DitConfig config, Params params) {
        int d = config.dim();
        Function<Params, JointAttention> attn = p -> JointAttention.of(p.in("attn"), d, config.heads());
        Function<Params, Mlp> mlp = p -> Mlp.of(p.in("mlp"), d, 4 * d, d, Activation.Fn.GELU_TANH, Init.XAVIER);
        Params shared = params.in("shared");
        Function<Integer, Params> own = i -> params.in("blocks").in(i);
        return switch (config.sharing()) {
            case NONE ->
                IntStream.range(0, config.layers())
                        .mapToObj(i -> new DitBlock(attn.apply(own.apply(i)), mlp.apply(own.apply(i))))
                        .toList();
            case ATTENTION -> {
                JointAttention one = attn.apply(shared);
                yield IntStream.range(0, config.layers())
                        .mapToObj(i -> new DitBlock(one, mlp.apply(own.apply(i))))
                        .toList();
            }
            case FULL -> Collections.nCopies(config.layers(), new DitBlock(attn.apply(shared), mlp.apply(shared)));
        };
    }

    public DitConfig config() {
        return config;
    }

    /**
     * The velocity {@code [b c h w]}, in F32. Tokens are stored in the backend's {@link Backend#compute} type; what the
     * noise level and the pooled text say to all blocks is computed in F32.
     *
     * @param latent noisy latent {@code [b c h w]}; h and w are multiples of the patch
     * @param text text tokens {@code [b n textDim]}
     * @param pooled pooled text embedding {@code [b pooledDim]}
     * @param sigma noise level {@code [b]} in [0, 1], 1 = noise
     * @param textMask {@code [b n]} (I32): 1 for a token, 0 for padding, which no one attends to; empty keeps all
     */
    public Tensor forward(Tensor latent, Tensor text, Tensor pooled, Tensor sigma, Optional<Tensor> textMask) {
        Dims dims = Dims.of("ditAir")
                .bind("latent", latent.spec(), "b c h w")
                .bind("text", text.spec(), "b n t")
                .bind("pooled", pooled.spec(), "b p")
                .bind("sigma", sigma.spec(), "b");
        textMask.ifPresent(mask -> dims.bind("textMask", mask.spec(), DType.I32, "b n"));
        dims.require(dims.get("c") == config.latentChannels(), "the model has " + config.latentChannels() + " channels")
                .require(dims.get("t") == config.textDim(), "the model wants text tokens of " + config.textDim())
                .require(dims.get("p") == config.pooledDim(), "the model wants a pooled text of " + config.pooledDim());
        int b = dims.get("b");
        int n = dims.get("n");
        int h = dims.get("h");
        int w = dims.get("w");
        int d = config.dim();
        config.requireLatentSize(h, w);

        Tensor condition =
                F.silu(timeEmbed.forward(F.timeFeatures(sigma, TIME_FEATURES)).add(pooledEmbed.forward(pooled)));
        Tensor streams = modulation.forward(condition).reshape(b, 2, 6, d);
        List<Tensor> settings =
                IntStream.range(0, 6).mapToObj(i -> streams.select(2, i)).toList();
        DType compute = Interpreter.current().backend().compute();
        Tensor sequence = F.concat(
                1,
                textEmbed.forward(F.cast(text, compute)),
                patchEmbed.forward(F.cast(patches.split(latent), compute)));
        Rope2d.Table table = rope.table(n, h / config.patch(), w / config.patch());
        Optional<Tensor> keep = textMask.map(mask -> F.concat(1, mask, ones(b, sequence.dim(1) - n)));

        Tensor x = sequence;
        for (DitBlock block : blocks) {
            x = Interpreter.current()
                    .block(
                            inputs(x, settings, keep),
                            in -> List.of(block.forward(
                                    in.get(0),
                                    in.subList(1, 7),
                                    n,
                                    table,
                                    in.size() > 7 ? Optional.of(in.get(7)) : Optional.empty())))
                    .getFirst();
        }
        Tensor last = finalModulation.forward(condition).reshape(b, 2, d);
        Tensor image = x.narrow(1, n, x.dim(1) - n);
        Tensor y = finalProj.forward(F.adaLnModulate(image, last.narrow(1, 0, 1), last.narrow(1, 1, 1), 0));
        return patches.join(F.cast(y, DType.F32), h, w);
    }

    private static List<Tensor> inputs(Tensor x, List<Tensor> settings, Optional<Tensor> keep) {
        List<Tensor> inputs = new ArrayList<>(List.of(x));
        inputs.addAll(settings);
        keep.ifPresent(inputs::add);
        return inputs;
    }

    private static Tensor ones(int b, int n) {
        int[] ones = new int[b * n];
        Arrays.fill(ones, 1);
        return Tensor.of(ones, b, n);
    }
}
