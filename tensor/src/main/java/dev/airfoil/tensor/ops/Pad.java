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
        Dims dims = Dims.of(name())
                .bind("x", x, "..")
                .requireAxis(axis)
                .require(before >= 0 && after >= 0, "padding must not be negative");
        long size = (long) before + x.shape().dim(axis) + after;
        dims.requireSize(size);
        return List.of(x.withShape(x.shape().with(axis, (int) size)));
    }

    @Override
    public void vjp(Vjp vjp) {
        vjp.give(0, () -> F.narrow(vjp.grad(), axis, before, vjp.in(0).dim(axis)));
    }
}
