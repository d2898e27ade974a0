package dev.airfoil.tensor.ops;

import dev.airfoil.tensor.Dims;
import dev.airfoil.tensor.Fused;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.TensorSpec;
import java.util.List;

/** Gradients of {@link RmsNorm} for x and weight, from {@code x [.. d]}, {@code weight [d]} and {@code gy [.. d]}. */
public record RmsNormGrad(float eps) implements Fused {
    @Override
    public List<TensorSpec> infer(List<TensorSpec> inputs) {
        Dims.of(name())
                .bind("x", inputs.get(0), ".. d")
                .bindParameter("weight", inputs.get(1), "d")
                .bind("gy", inputs.get(2), ".. d");
        return inputs.subList(0, 2);
    }

    @Override
    public List<Tensor> define(List<Tensor> inputs) {
        Tensor gy = inputs.get(2);
        Rows.Normal norm = Rows.Normal.rms(inputs.get(0), eps);
        return List.of(norm.rmsGrad(gy.mul(inputs.get(1))), Rows.sumRows(gy.mul(norm.hat())));
    }
}
