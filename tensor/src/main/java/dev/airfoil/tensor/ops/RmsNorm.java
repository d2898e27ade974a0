package dev.airfoil.tensor.ops;

import dev.airfoil.tensor.Dims;
import dev.airfoil.tensor.Fused;
import dev.airfoil.tensor.Interpreter;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.TensorSpec;
import dev.airfoil.tensor.Vjp;
import java.util.List;

/** {@code x / sqrt(mean(x^2) + eps) weight} along the last axis of {@code x [.. d]}. */
public record RmsNorm(float eps) implements Fused {
    @Override
    public List<TensorSpec> infer(List<TensorSpec> inputs) {
        Dims.of(name()).bind("x", inputs.get(0), ".. d").bindParameter("weight", inputs.get(1), "d");
        return List.of(inputs.getFirst());
    }

    @Override
    public List<Tensor> define(List<Tensor> inputs) {
        return List.of(Rows.Normal.rms(inputs.get(0), eps).hat().mul(inputs.get(1)));
    }

    @Override
    public boolean hasOwnGradient() {
        return true;
    }

    @Override
    public void vjp(Vjp vjp) {
        vjp.give(Interpreter.bind(new RmsNormGrad(eps), List.of(vjp.in(0), vjp.in(1), vjp.grad())));
    }
}
