package dev.airfoil.tensor.ops;

import dev.airfoil.tensor.Dims;
import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Primitive;
import dev.airfoil.tensor.Shape;
import dev.airfoil.tensor.TensorSpec;
import dev.airfoil.tensor.Vjp;
import java.util.List;

/** Sum over {@code axes} (ascending), which stay with size 1. */
public record Sum(List<Integer> axes, Rounding rounding) implements Primitive {
    public Sum {
        Dims.given("sum", "axes", axes);
        Dims.given("sum", "rounding", rounding);
        axes = List.copyOf(axes);
        List<Integer> ascending = axes.stream().sorted().distinct().toList();
        Dims.of("sum").require(axes.equals(ascending), "axes " + axes + " must ascend");
    }

    /** In the type of the terms. */
    public Sum(List<Integer> axes) {
        this(axes, Rounding.STORAGE);
    }

    @Override
    public List<TensorSpec> infer(List<TensorSpec> inputs) {
        Dims dims = Dims.of(name()).bind("x", inputs.getFirst(), "..");
        Shape shape = inputs.getFirst().shape();
        for (int a : axes) {
            dims.requireAxis(a);
            shape = shape.with(a, 1);
        }
        return List.of(new TensorSpec(rounding.of(dims.storage()), shape));
    }

    @Override
    public void vjp(Vjp vjp) {
        vjp.give(
                0,
                () -> F.expand(F.cast(vjp.grad(), vjp.in(0).dtype()), vjp.in(0).shape()));
    }
}
