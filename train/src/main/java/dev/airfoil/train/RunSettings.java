package dev.airfoil.train;

import dev.airfoil.autograd.Tape;
import dev.airfoil.tensor.Dims;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * Everything about a run that leaves the weights as they are: where, how long, and what is told on the way. It may
 * change from one resume to the next.
 *
 * @param data folder of the image set; its text features lie in it, see {@link TextCache}
 * @param out folder for checkpoint, metrics, samples and model
 * @param steps number of the last step
 * @param timeLimit after which the run saves and ends; empty sets none
 * @param blocks whether activations are kept or computed again on the way back
 * @param guidance of the sheets of samples, and what the model file recommends
 * @param every when the run does what besides stepping
 */
public record RunSettings(
        Path data,
        Path out,
        long steps,
        Optional<Duration> timeLimit,
        Tape.Blocks blocks,
        double guidance,
        Every every) {

    public RunSettings {
        Dims.of("training")
                .require(steps > 0, "steps " + steps + " must be positive")
                .require(timeLimit.map(Duration::isPositive).orElse(true), "the time limit must be positive")
                .require(
                        guidance >= 0 && guidance < Double.POSITIVE_INFINITY,
                        "guidance " + guidance + " must be 0 or more");
    }

    /**
     * Steps between two of a kind; 0 for none, though the end always saves.
     *
     * @param log lines of progress: the only times at which the loss is fetched from the device
     * @param validate validation losses
     * @param sample sheets of samples
     * @param save checkpoints
     */
    public record Every(int log, int validate, int sample, int save) {
        public Every {
            Dims.of("training")
                    .require(
                            log >= 0 && validate >= 0 && sample >= 0 && save >= 0,
                            "the steps between two lines, validations, samples or checkpoints must not be negative");
        }
    }

    /** The checkpoint: everything that is needed to go on. */
    public Path checkpoint() {
        return checkpoint(out);
    }

    static Path checkpoint(Path out) {
        return out.resolve("checkpoint.safetensors");
    }

    /** The averaged weights as a model that generates. */
    public Path model() {
        return out.resolve("model.safetensors");
    }

    /** One JSON object a line: losses, speed, memory. */
    public Path metrics() {
        return out.resolve("metrics.jsonl");
    }

    /** A sheet of samples. */
    public Path samples(long step) {
        return out.resolve(String.format(Locale.ROOT, "samples-%07d.png", step));
    }
}
