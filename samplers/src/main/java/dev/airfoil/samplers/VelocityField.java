package dev.airfoil.samplers;

import dev.airfoil.tensor.Tensor;

/** Where the data lies, seen from each point: what a trained model computes. */
@FunctionalInterface
public interface VelocityField {
    /**
     * The velocity {@code z0 - eps} at {@code x}.
     *
     * @param x points {@code [b ..]}
     * @param sigma the noise level of each, {@code [b]}, 1 = noise
     * @return shaped as {@code x}
     */
    Tensor at(Tensor x, Tensor sigma);
}
