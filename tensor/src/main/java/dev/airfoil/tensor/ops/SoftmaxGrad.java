package dev.airfoil.tensor.ops;

import dev.airfoil.tensor.Dims;
import dev.airfoil.tensor.Fused;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.TensorSpec;
import java.util.List;

/** Gradient of {@link Softmax} from its output {@code y [.. d]} and {@code gy}: {@code gx = y (gy - sum(y gy))}. */
public record SoftmaxGrad() implements Fused {
    @Override
    public List<TensorSpec> infer(List<TensorSpec> inputs) {
        Dims.of(name()).bind("y", inputs.get(0), ".. d").bind("gy", inputs.get(1), ".. d");
        return List.of(inputs.getFirst());
    }

    @Override
    public List<Tensor> define(List<Tensor> inputs) {
        Tensor y = inputs.get(0);
        Tensor gy = inputs.get(1);
        return List.of(y.mul(gy.sub(y.mul(gy).sum(-1))));
    }
}
