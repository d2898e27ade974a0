package dev.airfoil.cli;

import dev.airfoil.pipeline.GenerationRequest;
import dev.airfoil.pipeline.ImageSize;
import dev.airfoil.pipeline.TextToImage;
import dev.airfoil.samplers.HeunSde;
import dev.airfoil.samplers.Sampler;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalDouble;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which model paints, and how: the same options for every command that generates. */
final class SamplingOptions {
    @Mixin
    private BackendOptions backend;

    @Option(
            names = {"-m", "--model"},
            paramLabel = "FILE",
            description = "A model, as 'airfoil train' writes it. Default: the one that comes with Airfoil.")
    private Optional<Path> model;

    @Option(
            names = {"-n", "--negative"},
            paramLabel = "TEXT",
            defaultValue = "",
            description = "What the picture shall not show.")
    private String negative;

    @Option(
            names = {"-s", "--seed"},
            paramLabel = "N",
            defaultValue = "0",
            description = "Picture i has seed N + i; the same seed gives the same picture. Default: 0.")
    private long seed;

    @Option(
            names = "--steps",
            paramLabel = "N",
            defaultValue = "" + GenerationRequest.STEPS,
            description = "Steps from noise to picture: more are slower and finer. Default: ${DEFAULT-VALUE}.")
    private int steps;

    @Option(
            names = {"-g", "--guidance"},
            paramLabel = "X",
            description = "How closely to follow the prompt: 1 as trained, more exaggerates. Default: what suits the "
                    + "model.")
    private Optional<Double> guidance;

    @Option(names = "--sampler", paramLabel = "NAME", description = "heun-sde, heun or euler. Default: heun-sde.")
    private Optional<Sampler> sampler;

    @Option(
            names = "--size",
            paramLabel = "SIZE",
            description = "Size in pixels, 32 or 48x32. Default: what the model learnt from.")
    private Optional<ImageSize> size;

    @Option(
            names = "--shift",
            paramLabel = "X",
            description = "Resolution shift of the noise levels. Default: 1, more above the model's own size.")
    private Optional<Double> shift;

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "8",
            description = "Pictures painted at once, at most. Default: ${DEFAULT-VALUE}.")
    private int batch;

    /** Pictures painted at once, at most. */
    int batch() {
        return batch;
    }

    /** What these options ask for. */
    GenerationRequest request(String prompt, int count) {
        return new GenerationRequest(
                prompt,
                negative,
                count,
                seed,
                steps,
                number(guidance),
                sampler.orElseGet(HeunSde::new),
                size,
                number(shift));
    }

    private static OptionalDouble number(Optional<Double> given) {
        return given.map(OptionalDouble::of).orElseGet(OptionalDouble::empty);
    }

    /** Opens the model. */
    TextToImage open(PrintWriter err) {
        TextToImage opened =
                TextToImage.open(new TextToImage.Options(model, backend.choice(), backend.compute(), batch));
        backend.explain(opened.backend(), err);
        return opened;
    }
}
