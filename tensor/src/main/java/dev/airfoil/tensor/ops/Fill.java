package dev.airfoil.tensor.ops;

import dev.airfoil.tensor.Dims;
import dev.airfoil.tensor.Primitive;
import dev.airfoil.tensor.TensorSpec;
import dev.airfoil.tensor.Vjp;
import java.util.List;

/** A tensor of {@code value}s. */
public record Fill(TensorSpec spec, double value) implements Primitive {
    public Fill {
        Dims.given("fill", "spec", spec);
    }

    @Override
    public List<TensorSpec> infer(List<TensorSpec> inputs) {
        return List.of(spec);
    }

    @Override
    public void vjp(Vjp vjp) {
        // no inputs
    }
}
