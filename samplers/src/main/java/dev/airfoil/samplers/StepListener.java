package dev.airfoil.samplers;

import dev.airfoil.tensor.Tensor;
import java.util.function.Supplier;

/** Hears of every step that a sampler has done: for progress, previews and cancelling. */
@FunctionalInterface
public interface StepListener {
    /** Hears nothing, stops nothing. */
    StepListener NONE = _ -> Answer.CONTINUE;

    Answer after(Event event);

    /** What the sampler shall do next. */
    enum Answer {
        CONTINUE,
        /** Give up: sampling ends with a {@link java.util.concurrent.CancellationException}. */
        STOP
    }

    /**
     * A step that is done.
     *
     * @param step its number, from 1
     * @param steps how many there are
     * @param sigma the noise level reached
     * @param preview computes the data that the model expects at the end, shaped as the points; only during the call
     */
    record Event(int step, int steps, double sigma, Supplier<Tensor> preview) {}
}
