package dev.airfoil.tensor.ops;

import dev.airfoil.tensor.Dims;
import dev.airfoil.tensor.Primitive;
import dev.airfoil.tensor.TensorSpec;
import dev.airfoil.tensor.Vjp;
import java.util.List;

/** {@code a [.. m k]} times {@code b [.. k n]}; transposes are views, which kernels understand. */
public record MatMul() implements Primitive {
    @Override
    public List<TensorSpec> infer(List<TensorSpec> inputs) {
        Dims dims = Dims.of(name()).bind("a", inputs.get(0), ".. m k").bind("b", inputs.get(1), ".. k n");
        return List.of(inputs.getFirst().withShape(dims.leading(dims.get("m"), dims.get("n"))));
    }

    @Override
    public void vjp(Vjp vjp) {
        vjp.give(0, () -> vjp.grad().matmul(vjp.in(1).transpose()));
        vjp.give(1, () -> vjp.in(0).transpose().matmul(vjp.grad()));
    }
}
