package dev.airfoil.samplers;

import dev.airfoil.tensor.Tensor;

/** The chance in a stochastic sampler. */
@FunctionalInterface
public interface Noise {
    /**
     * Standard normal numbers for one interval, shaped as the points that are sampled and independent of those of other
     * intervals. Asked twice for the same interval, it answers the same.
     */
    Tensor of(int interval);
}
