package dev.airfoil.tensor.ops;

import dev.airfoil.tensor.Dims;
import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Primitive;
import dev.airfoil.tensor.TensorSpec;
import dev.airfoil.tensor.Vjp;
import java.util.List;

/** {@code scale * x + shift} with constants, the product rounded once (a fused multiply-add). */
public record Affine(float scale, float shift) implements Primitive {
    @Override
    public List<TensorSpec> infer(List<TensorSpec> inputs) {
        Dims.of(name()).bind("x", inputs.getFirst(), "..");
        return inputs;
    }

    @Override
    public void vjp(Vjp vjp) {
        vjp.give(0, () -> F.affine(vjp.grad(), scale, 0));
    }
}
