package dev.airfoil.train;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;

/** Hears what a run does, from the thread that trains. */
public interface TrainListener {
    /** Hears nothing. */
    TrainListener NONE = new TrainListener() {};

    /** Before the first step. */
    default void started(Started run) {}

    /** Every {@link RunSettings.Every#log} steps. */
    default void progress(Progress progress) {}

    /** The validation loss of the averaged weights, at each noise level and the mean. */
    default void validated(long step, List<Double> bySigma, double mean) {}

    /** A sheet of samples has been written. */
    default void sampled(long step, Path sheet) {}

    /** A checkpoint has been written. */
    default void saved(long step, Path checkpoint) {}

    /** After the last step, when everything is on the disk. */
    default void ended(TrainResult result) {}

    /**
     * What is about to run.
     *
     * @param step the last step done before; 0 for a new run
     * @param steps the last step that is to be done
     * @param parameters numbers that learn
     * @param pictures in the training half of the set
     * @param backend where it runs
     */
    record Started(long step, long steps, long parameters, int pictures, String backend) {}

    /**
     * Where a run is.
     *
     * @param step steps done
     * @param steps steps to do in all
     * @param loss mean over the steps since the last time
     * @param gradientNorm of the last step; only if gradients are clipped
     * @param picturesPerSecond since the last time, validation, samples and checkpoints not counted
     * @param secondsLeft at the speed of this run so far, to the last step or the time limit, whichever comes first
     * @param peakBytes the most memory that tensors ever took
     */
    record Progress(
            long step,
            long steps,
            double loss,
            OptionalDouble gradientNorm,
            double picturesPerSecond,
            double secondsLeft,
            long peakBytes) {}
}
