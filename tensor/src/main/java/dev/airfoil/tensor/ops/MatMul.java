package dev.airfoil.tensor.ops;

import dev.airfoil.tensor.Dims;
import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Primitive;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.TensorSpec;
import dev.airfoil.tensor.Vjp;
import java.util.List;

/** {@code a [.. m k]} times {@code b [.. k n]}; transposes are views, which kernels understand. */
public record MatMul(Rounding rounding) implements Primitive {
    public MatMul {
        Dims.given("matMul", "rounding", rounding);
    }

    /** In the type of the factors. */
    public MatMul() {
        this(Rounding.STORAGE);
    }

    @Override
    public List<TensorSpec> infer(List<TensorSpec> inputs) {
        Dims dims = Dims.of(name()).bind("a", inputs.get(0), ".. m k").bind("b", inputs.get(1), ".. k n");
        return List.of(new TensorSpec(rounding.of(dims.storage()), dims.leading(dims.get("m"), dims.get("n"))));
    }

    @Override
    public void vjp(Vjp vjp) {
        Tensor gy = F.cast(vjp.grad(), vjp.in(0).dtype());
        vjp.give(0, () -> gy.matmul(vjp.in(1).transpose()));
        vjp.give(1, () -> vjp.in(0).transpose().matmul(gy));
    }
}
