package dev.airfoil.samplers;

import dev.airfoil.tensor.Tensor;

/**
 * The straight line from data to noise: {@code z = (1 - sigma) z0 + sigma eps}. A model of it predicts the velocity
 * {@code v = z0 - eps}, which points to the data and is the same all along the line. (DiT-Air, section 3; the sign of
 * its loss.)
 */
public final class FlowPath {
    private FlowPath() {}

    /** The point at {@code sigma}, which broadcasts to {@code data} and {@code noise}, of one shape. */
    public static Tensor at(Tensor data, Tensor noise, Tensor sigma) {
        return data.add(noise.sub(data).mul(sigma));
    }

    /** What the model ought to predict anywhere on the line from {@code data} to {@code noise}. */
    public static Tensor velocity(Tensor data, Tensor noise) {
        return data.sub(noise);
    }

    /** Where the line through {@code z} with velocity {@code v} meets the data: {@code z + sigma v}. */
    public static Tensor data(Tensor z, Tensor v, double sigma) {
        return z.add(v.mul(sigma));
    }
}
