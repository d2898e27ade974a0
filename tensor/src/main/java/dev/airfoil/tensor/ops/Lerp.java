package dev.airfoil.tensor.ops;

import dev.airfoil.tensor.Dims;
import dev.airfoil.tensor.Fused;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.TensorSpec;
import java.util.List;

/** {@code a + t (b - a)} with a constant t: one step of an exponential moving average of decay 1 - t. */
public record Lerp(float t) implements Fused {
    @Override
    public List<TensorSpec> infer(List<TensorSpec> inputs) {
        Dims.of(name()).bind("a", inputs.get(0), "..").bind("b", inputs.get(1), "..");
        return List.of(inputs.getFirst());
    }

    @Override
    public List<Tensor> define(List<Tensor> inputs) {
        Tensor a = inputs.get(0);
        return List.of(a.add(inputs.get(1).sub(a).mul(t)));
    }
}
