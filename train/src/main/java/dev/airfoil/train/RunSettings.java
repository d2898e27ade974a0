package dev.airfoil.train;

import dev.airfoil.autograd.Tape;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Everything about a run that leaves the weights as they are: where, how long, and what is told on the way. It may
 * change from one resume to the next.
 *
 * @param data folder of the image set
 * @param texts file of the set's text features, see {@link TextCache}
 * @param out folder for checkpoint, metrics, samples and model
 * @param steps number of the last step
 * @param timeLimit after which the run saves and ends; empty sets none
 * @param blocks whether activations are kept or computed again on the way back
 * @param logEvery steps between two lines of progress: the only times at which the loss is fetched from the device
 * @param validateEvery steps between two validation losses; 0 for none
 * @param sampleEvery steps between two sheets of samples; 0 for none
 * @param saveEvery steps between two checkpoints; the end always saves; 0 for none but that
 */
public record RunSettings(
        Path data,
        Path texts,
        Path out,
        long steps,
        Optional<Duration> timeLimit,
        Tape.Blocks blocks,
        int logEvery,
        int validateEvery,
        int sampleEvery,
        int saveEvery) {

    public RunSettings {
        require(steps > 0, "steps " + steps + " must be positive");
        require(timeLimit.map(t -> t.isPositive()).orElse(true), "the time limit must be positive");
        require(logEvery > 0, "there must be at least one step between two lines of progress");
        require(
                validateEvery >= 0 && sampleEvery >= 0 && saveEvery >= 0,
                "steps between two validations, samples or checkpoints must not be negative");
    }

    /** The checkpoint: everything that is needed to go on. */
    public Path checkpoint() {
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
        return out.resolve(String.format(java.util.Locale.ROOT, "samples-%07d.png", step));
    }

    private static void require(boolean holds, String sentence) {
        if (!holds) {
            throw new TrainException("training: " + sentence);
        }
    }
}
