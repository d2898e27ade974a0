package dev.airfoil.tensor.ops;

import dev.airfoil.tensor.Dims;
import dev.airfoil.tensor.Primitive;
import dev.airfoil.tensor.TensorSpec;
import dev.airfoil.tensor.Vjp;
import java.util.List;

/** 1 where {@code a} fn {@code b} holds, else 0, in the type of {@code a}: a factor rather than a condition. No gradient. */
public record Compare(Fn fn) implements Primitive {
    public enum Fn {
        EQUAL,
        GREATER
    }

    public Compare {
        Dims.given("compare", "fn", fn);
    }

    @Override
    public List<TensorSpec> infer(List<TensorSpec> inputs) {
        Dims.of(name()).bind("a", inputs.get(0), "..").bind("b", inputs.get(1), "..");
        return List.of(inputs.getFirst());
    }

    @Override
    public void vjp(Vjp vjp) {
        // piecewise constant
    }
}
