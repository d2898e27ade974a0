package dev.airfoil.tensor.ops;

import dev.airfoil.tensor.Dims;
import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Primitive;
import dev.airfoil.tensor.TensorSpec;
import dev.airfoil.tensor.Vjp;
import java.util.List;

/** Zeros before and after along {@code axis}: the gradient of {@link Narrow}. */
public record Pad(int axis, int before, int after) implements Primitive {
    @Override
    public List<TensorSpec> infer(List<TensorSpec> inputs) {
        TensorSpec x = inputs.getFirst();
        Dims.of(name()).bind("x", x, "..").require(before >= 0 && after >= 0, "padding must not be negative");
        return List.of(x.withShape(x.shape().with(axis, before + x.shape().dim(axis) + after)));
    }

    @Override
    public void vjp(Vjp vjp) {
        vjp.give(0, () -> F.narrow(vjp.grad(), axis, before, vjp.in(0).dim(axis)));
    }
}
