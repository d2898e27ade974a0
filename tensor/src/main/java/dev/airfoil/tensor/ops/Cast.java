package dev.airfoil.tensor.ops;

import dev.airfoil.tensor.DType;
import dev.airfoil.tensor.Dims;
import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Primitive;
import dev.airfoil.tensor.TensorSpec;
import dev.airfoil.tensor.Vjp;
import java.util.List;

/** Another element type: floats are rounded to nearest even, integers made from floats are truncated and saturate. */
public record Cast(DType dtype) implements Primitive {
    public Cast {
        Dims.given("cast", "dtype", dtype);
    }

    @Override
    public List<TensorSpec> infer(List<TensorSpec> inputs) {
        return List.of(new TensorSpec(dtype, inputs.getFirst().shape()));
    }

    @Override
    public void vjp(Vjp vjp) {
        if (dtype.isFloat() && vjp.in(0).dtype().isFloat()) {
            vjp.give(0, () -> F.cast(vjp.grad(), vjp.in(0).dtype()));
        }
    }
}
