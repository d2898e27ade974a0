package dev.airfoil.tensor.ops;

import dev.airfoil.tensor.Dims;
import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Primitive;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.TensorSpec;
import dev.airfoil.tensor.Vjp;
import java.util.List;

/** The largest element along {@code axis}, which stays with size 1. Equal largest elements share the gradient. */
public record Max(int axis) implements Primitive {
    @Override
    public List<TensorSpec> infer(List<TensorSpec> inputs) {
        Dims.of(name()).bind("x", inputs.getFirst(), "..").requireAxis(axis);
        return List.of(inputs.getFirst().withShape(inputs.getFirst().shape().with(axis, 1)));
    }

    @Override
    public void vjp(Vjp vjp) {
        vjp.give(0, () -> {
            Tensor hit = F.compare(Compare.Fn.EQUAL, vjp.in(0), vjp.out(0));
            return hit.mul(vjp.grad().div(hit.sum(axis)));
        });
    }
}
