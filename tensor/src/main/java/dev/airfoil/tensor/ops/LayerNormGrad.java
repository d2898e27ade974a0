package dev.airfoil.tensor.ops;

import dev.airfoil.tensor.Dims;
import dev.airfoil.tensor.Fused;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.TensorSpec;
import java.util.List;

/** Gradients of {@link LayerNorm} for x, weight and bias, from {@code x [.. d]}, {@code weight [d]} and {@code gy}. */
public record LayerNormGrad(float eps) implements Fused {
    @Override
    public List<TensorSpec> infer(List<TensorSpec> inputs) {
        Dims.of(name())
                .bind("x", inputs.get(0), ".. d")
                .bindParameter("weight", inputs.get(1), "d")
                .bind("gy", inputs.get(2), ".. d");
        return List.of(inputs.get(0), inputs.get(1), inputs.get(1));
    }

    @Override
    public List<Tensor> define(List<Tensor> inputs) {
        Tensor gy = inputs.get(2);
        Rows.Normal norm = Rows.Normal.layer(inputs.get(0), eps);
        return List.of(norm.layerGrad(gy.mul(inputs.get(1))), Rows.sumRows(gy.mul(norm.hat())), Rows.sumRows(gy));
    }
}
