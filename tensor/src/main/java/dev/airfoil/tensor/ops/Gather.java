package dev.airfoil.tensor.ops;

import dev.airfoil.tensor.DType;
import dev.airfoil.tensor.Dims;
import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Primitive;
import dev.airfoil.tensor.TensorSpec;
import dev.airfoil.tensor.Vjp;
import java.util.List;

/** Rows of {@code table [v d]} picked by {@code ids [..]}: an embedding, {@code [.. d]}. */
public record Gather() implements Primitive {
    @Override
    public List<TensorSpec> infer(List<TensorSpec> inputs) {
        Dims d = Dims.of(name()).bind("table", inputs.get(0), "v d").bind("ids", inputs.get(1), DType.I32, "..");
        d.require(d.get("v") > 0 || d.leading().size() == 0, "a table without rows has none for the ids");
        return List.of(new TensorSpec(d.storage(), d.leading(d.get("d"))));
    }

    @Override
    public void vjp(Vjp vjp) {
        vjp.give(0, () -> F.scatterAdd(vjp.in(0).dim(0), vjp.in(1), vjp.grad()));
    }
}
