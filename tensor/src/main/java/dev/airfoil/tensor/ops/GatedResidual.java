package dev.airfoil.tensor.ops;

import dev.airfoil.tensor.Dims;
import dev.airfoil.tensor.Fused;
import dev.airfoil.tensor.Interpreter;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.TensorSpec;
import dev.airfoil.tensor.Vjp;
import java.util.List;

/**
 * The end of a transformer branch: {@code x + gate norm(y)} for {@code x, y [b n d]} and {@code gate [b s d]}, streams
 * and types as in {@link AdaLnModulate}. With {@link Norm#LAYER} this is the second slice of the sandwich norm
 * (DiT-Air, appendix A.1).
 */
public record GatedResidual(int split, Norm norm) implements Fused {
    /** What is done to the branch before the gate. */
    public enum Norm {
        /** Nothing. */
        NONE,
        /** LayerNorm without parameters, eps {@link AdaLnModulate#EPS}. */
        LAYER
    }

    public GatedResidual {
        Dims.given("gatedResidual", "norm", norm);
    }

    @Override
    public List<TensorSpec> infer(List<TensorSpec> inputs) {
        Dims dims = Dims.of(name())
                .bind("x", inputs.get(0), "b n d")
                .bind("y", inputs.get(1), "b n d")
                .bindParameter("gate", inputs.get(2), "b s d");
        Rows.checkStreams(dims, split);
        return List.of(inputs.getFirst());
    }

    @Override
    public List<Tensor> define(List<Tensor> inputs) {
        Tensor y = inputs.get(1);
        Tensor branch =
                norm == Norm.LAYER ? Rows.Normal.layer(y, AdaLnModulate.EPS).hat() : y;
        return List.of(
                inputs.get(0).add(Rows.spread(inputs.get(2), split, y.dim(1)).mul(branch)));
    }

    @Override
    public boolean hasOwnGradient() {
        return true;
    }

    @Override
    public void vjp(Vjp vjp) {
        List<Tensor> g =
                Interpreter.bind(new GatedResidualGrad(split, norm), List.of(vjp.in(1), vjp.in(2), vjp.grad()));
        vjp.give(0, vjp::grad);
        vjp.give(1, () -> g.get(0));
        vjp.give(2, () -> g.get(1));
    }
}
