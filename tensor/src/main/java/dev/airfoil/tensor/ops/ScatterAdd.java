package dev.airfoil.tensor.ops;

import dev.airfoil.tensor.DType;
import dev.airfoil.tensor.Dims;
import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Primitive;
import dev.airfoil.tensor.TensorSpec;
import dev.airfoil.tensor.Vjp;
import java.util.List;

/** Sums {@code values [.. d]} into row {@code ids [..]} of a zero F32 {@code [rows d]}: the gradient of {@link Gather}. */
public record ScatterAdd(int rows) implements Primitive {
    @Override
    public List<TensorSpec> infer(List<TensorSpec> inputs) {
        Dims d = Dims.of(name()).bind("ids", inputs.get(0), DType.I32, "..").bind("values", inputs.get(1), ".. d");
        d.require(rows >= 0, "rows " + rows + " must not be negative");
        d.require(rows > 0 || d.leading().size() == 0, "a table without rows has none for the ids");
        return List.of(TensorSpec.f32(rows, d.get("d")));
    }

    @Override
    public void vjp(Vjp vjp) {
        vjp.give(1, () -> F.gather(F.cast(vjp.grad(), vjp.in(1).dtype()), vjp.in(0)));
    }
}
