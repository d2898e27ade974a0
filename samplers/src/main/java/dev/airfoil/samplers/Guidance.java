package dev.airfoil.samplers;

import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.TensorException;

/**
 * Classifier-free guidance: {@code v = v_without + scale (v_with - v_without)}. Both velocities come from one forward
 * of twice the batch, since a large batch costs less than two small ones.
 *
 * @param scale 1 follows the prompt as trained, more exaggerates it, 0 ignores it
 */
public record Guidance(double scale) {
    public Guidance {
        if (!Double.isFinite(scale) || scale < 0) {
            throw new TensorException("guidance " + scale + " must be a number of 0 or more; 7.5 is usual, 1 is none");
        }
    }

    /** True if the model without the prompt has a say; else {@link #over} costs a forward for nothing. */
    public boolean isUsed() {
        return scale != 1;
    }

    /**
     * The guided field.
     *
     * @param doubled a field for batches of 2b: the first b without the prompt (or with the negative one), the last b
     *     with it
     * @return a field for batches of b
     */
    public VelocityField over(VelocityField doubled) {
        return (x, sigma) -> {
            int b = x.dim(0);
            Tensor v = doubled.at(F.concat(0, x, x), F.concat(0, sigma, sigma));
            return F.lerp(v.narrow(0, 0, b), v.narrow(0, b, b), scale);
        };
    }
}
