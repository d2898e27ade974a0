package dev.airfoil.cli;

import dev.airfoil.dit.DitConfig;
import dev.airfoil.dit.Sharing;
import dev.airfoil.tensor.TensorException;
import dev.airfoil.tensor.io.Reason;
import dev.airfoil.train.Adafactor;
import dev.airfoil.train.AdamW;
import dev.airfoil.train.Optimizer;
import dev.airfoil.train.TrainConfig;
import dev.airfoil.train.TrainJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalDouble;
import picocli.CommandLine.Option;

/** What a new run's weights depend on. What is not given is as in {@link TrainConfig#small}, or in the file given. */
final class TrainOptions {
    /** The optimizers by name. */
    enum Rule {
        ADAFACTOR,
        ADAMW
    }

    @Option(
            names = "--config",
            paramLabel = "JSON",
            description =
                    "A file with a whole configuration, as a checkpoint's metadata holds it, for the defaults below; other "
                            + "options change it.")
    private Optional<Path> config = Optional.empty();

    @Option(
            names = "--preset",
            paramLabel = "NAME",
            description =
                    "A size of the paper: air-s, air-b, air-l, air-xl, air-xxl, or the same with lite-attention- or "
                            + "lite-full- before the size. Default: 7 layers of 192, 3.9 million parameters.")
    private Optional<String> preset = Optional.empty();

    @Option(names = "--layers", paramLabel = "N", description = "Blocks. Default: 7.")
    private Optional<Integer> layers = Optional.empty();

    @Option(names = "--dim", paramLabel = "N", description = "Width of a token. Default: 192.")
    private Optional<Integer> dim = Optional.empty();

    @Option(
            names = "--heads",
            paramLabel = "N",
            description = "Attention heads; their width must be a multiple of 4. Default: 6.")
    private Optional<Integer> heads = Optional.empty();

    @Option(
            names = "--patch",
            paramLabel = "N",
            description = "Side of the square of pixels that makes a token. Default: 4.")
    private Optional<Integer> patch = Optional.empty();

    @Option(
            names = "--sharing",
            paramLabel = "WHAT",
            description = "What the blocks share: ${COMPLETION-CANDIDATES}. Default: NONE.")
    private Optional<Sharing> sharing = Optional.empty();

    @Option(
            names = "--optimizer",
            paramLabel = "NAME",
            description = "adafactor (the paper's) or adamw. Default: adamw.")
    private Optional<Rule> optimizer = Optional.empty();

    @Option(names = "--lr", paramLabel = "X", description = "Learning rate. Default: 0.001.")
    private Optional<Double> rate = Optional.empty();

    @Option(names = "--batch", paramLabel = "N", description = "Pictures a step. Default: 256.")
    private Optional<Integer> batch = Optional.empty();

    @Option(
            names = "--micro-batches",
            paramLabel = "N",
            description = "Parts the batch is computed in, to save memory. Default: 1.")
    private Optional<Integer> microBatches = Optional.empty();

    @Option(
            names = "--warmup",
            paramLabel = "N",
            description = "Steps over which the learning rate rises. Default: 500.")
    private Optional<Long> warmup = Optional.empty();

    @Option(names = "--clip", paramLabel = "X", description = "Largest norm of the gradients together. Default: any.")
    private Optional<Double> clip = Optional.empty();

    @Option(
            names = "--ema",
            paramLabel = "X",
            description = "What the averaged weights keep each step. Default: 0.999.")
    private Optional<Double> ema = Optional.empty();

    @Option(
            names = {"-s", "--seed"},
            paramLabel = "N",
            description = "Of everything random. Default: 0.")
    private Optional<Long> seed = Optional.empty();

    /** The configuration that these options describe. */
    TrainConfig config() {
        TrainConfig base = config.map(TrainOptions::read).orElseGet(TrainConfig::small);
        return new TrainConfig(
                model(base.model()),
                base.encoder(),
                base.textTokens(),
                base.codec(),
                optimizer(base.optimizer()),
                base.flow(),
                batch.orElse(base.batch()),
                microBatches.orElse(base.microBatches()),
                warmup.orElse(base.warmup()),
                clip.map(OptionalDouble::of).orElse(base.clip()),
                ema.orElse(base.emaDecay()),
                seed.orElse(base.seed()));
    }

    private DitConfig model(DitConfig base) {
        DitConfig sized = preset.map(DitConfig::preset)
                .map(p -> p.with(base.latentChannels(), base.textDim(), base.pooledDim()))
                .orElse(base);
        return new DitConfig(
                sharing.orElse(sized.sharing()),
                layers.orElse(sized.layers()),
                dim.orElse(sized.dim()),
                heads.orElse(sized.heads()),
                sized.latentChannels(),
                patch.orElse(sized.patch()),
                sized.textDim(),
                sized.pooledDim());
    }

    /** A rule that is named keeps nothing of the base's but the rate. */
    private Optimizer optimizer(Optimizer base) {
        double lr = rate.orElse(base.rate());
        return optimizer
                .<Optimizer>map(rule -> switch (rule) {
                    case ADAFACTOR -> Adafactor.paper(lr);
                    case ADAMW -> AdamW.usual(lr);
                })
                .orElseGet(() -> switch (base) {
                    case Adafactor a -> new Adafactor(lr, a.beta1(), a.beta2(), a.eps(), a.clip(), a.minDimFactored());
                    case AdamW a -> new AdamW(lr, a.beta1(), a.beta2(), a.eps(), a.decay());
                });
    }

    private static TrainConfig read(Path file) {
        try {
            return TrainJson.read(Files.readString(file), file.toString());
        } catch (IOException e) {
            throw new TensorException("cannot read the configuration " + file + ": " + Reason.of(e), e);
        }
    }
}
