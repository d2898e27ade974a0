package dev.airfoil.tensor.ops;

import dev.airfoil.tensor.Dims;
import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Fused;
import dev.airfoil.tensor.Interpreter;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.TensorSpec;
import dev.airfoil.tensor.Vjp;
import java.util.List;

/** {@code e^x / sum e^x} along the last axis, computed with the largest x taken off so that nothing overflows. */
public record Softmax() implements Fused {
    @Override
    public List<TensorSpec> infer(List<TensorSpec> inputs) {
        Dims.of(name()).bind("x", inputs.getFirst(), ".. d");
        return inputs;
    }

    @Override
    public List<Tensor> define(List<Tensor> inputs) {
        Tensor x = inputs.getFirst();
        Tensor e = F.exp(x.sub(F.max(x, -1)));
        return List.of(e.div(e.sum(-1)));
    }

    @Override
    public boolean hasOwnGradient() {
        return true;
    }

    @Override
    public void vjp(Vjp vjp) {
        vjp.give(0, () -> Interpreter.bind1(new SoftmaxGrad(), vjp.out(0), vjp.grad()));
    }
}
