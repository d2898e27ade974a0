package dev.airfoil.tensor.ops;

import dev.airfoil.tensor.Dims;
import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Primitive;
import dev.airfoil.tensor.Shape;
import dev.airfoil.tensor.TensorSpec;
import dev.airfoil.tensor.Vjp;
import java.util.List;

/** Sum over {@code axes} (ascending), which stay with size 1. */
public record Sum(List<Integer> axes) implements Primitive {
    public Sum {
        axes = List.copyOf(axes);
    }

    @Override
    public List<TensorSpec> infer(List<TensorSpec> inputs) {
        Dims.of(name()).bind("x", inputs.getFirst(), "..");
        Shape shape = inputs.getFirst().shape();
        for (int a : axes) {
            shape = shape.with(a, 1);
        }
        return List.of(inputs.getFirst().withShape(shape));
    }

    @Override
    public void vjp(Vjp vjp) {
        vjp.give(0, () -> F.expand(vjp.grad(), vjp.in(0).shape()));
    }
}
