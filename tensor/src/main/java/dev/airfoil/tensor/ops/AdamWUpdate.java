package dev.airfoil.tensor.ops;

import dev.airfoil.tensor.DType;
import dev.airfoil.tensor.Dims;
import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Fused;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.TensorSpec;
import java.util.List;

/**
 * One step of AdamW: from parameter p, gradient g and the moments m, v (one shape) to the new p, m and v.
 *
 * <pre>
 * m' = beta1 m + (1 - beta1) g          v' = beta2 v + (1 - beta2) g^2
 * p' = (1 - lr decay) p - lr (m' / (1 - beta1^step)) / (sqrt(v' / (1 - beta2^step)) + eps)
 * </pre>
 *
 * @param step number of this step, from 1
 */
public record AdamWUpdate(double lr, double beta1, double beta2, double eps, double decay, long step) implements Fused {
    @Override
    public List<TensorSpec> infer(List<TensorSpec> inputs) {
        Dims.of(name())
                .bind("p", inputs.get(0), DType.F32, "..")
                .bind("g", inputs.get(1), DType.F32, "..")
                .bind("m", inputs.get(2), DType.F32, "..")
                .bind("v", inputs.get(3), DType.F32, "..")
                .require(step > 0, "step " + step + " must be positive");
        return List.of(inputs.get(0), inputs.get(2), inputs.get(3));
    }

    /** What the first moment is multiplied with: lr / (1 - beta1^step). */
    public double stepSize() {
        return lr / (1 - Math.pow(beta1, step));
    }

    /** What the square root of the second moment is multiplied with: 1 / sqrt(1 - beta2^step). */
    public double rootScale() {
        return 1 / Math.sqrt(1 - Math.pow(beta2, step));
    }

    @Override
    public List<Tensor> define(List<Tensor> inputs) {
        Tensor g = inputs.get(1);
        Tensor m = inputs.get(2).mul(beta1).add(g.mul(1 - beta1));
        Tensor v = inputs.get(3).mul(beta2).add(g.square().mul(1 - beta2));
        Tensor update = m.mul(stepSize()).div(F.affine(F.sqrt(v), rootScale(), eps));
        return List.of(inputs.get(0).mul(1 - lr * decay).sub(update), m, v);
    }
}
