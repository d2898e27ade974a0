package dev.airfoil.pipeline;

import dev.airfoil.samplers.StepListener;
import java.util.List;
import java.util.function.Supplier;

/** Hears of every step of a generation: for progress, previews and cancelling. */
@FunctionalInterface
public interface GenerationListener {
    /** Hears nothing, stops nothing. */
    GenerationListener NONE = _ -> StepListener.Answer.CONTINUE;

    /** Called on the generating thread; {@link StepListener.Answer#STOP} cancels. */
    StepListener.Answer after(Progress progress);

    /**
     * A step that is done. Pictures are made in batches.
     *
     * @param done pictures that are finished
     * @param batch pictures in the batch at work
     * @param count pictures in all
     * @param step of the batch, from 1
     * @param steps of each batch
     * @param preview paints the batch as the model expects it to become; only during the call
     */
    record Progress(int done, int batch, int count, int step, int steps, Supplier<List<RgbImage>> preview) {
        /** The share of all work that is done, 0 to 1. */
        public double fraction() {
            return (done + batch * (double) step / steps) / count;
        }
    }
}
