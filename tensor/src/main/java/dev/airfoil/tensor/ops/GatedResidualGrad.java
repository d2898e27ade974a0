package dev.airfoil.tensor.ops;

import dev.airfoil.tensor.Dims;
import dev.airfoil.tensor.Fused;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.TensorSpec;
import java.util.List;

/**
 * Gradients of {@link GatedResidual} for y and gate, from {@code y [b n d]}, {@code gate [b s d]} and {@code gout [b n
 * d]}; x gets gout itself. gate sums {@code gout norm(y)} over the rows of its stream; {@code gout gate} goes back
 * through the norm.
 */
public record GatedResidualGrad(int split, GatedResidual.Norm norm) implements Fused {
    public GatedResidualGrad {
        Dims.given("gatedResidualGrad", "norm", norm);
    }

    @Override
    public List<TensorSpec> infer(List<TensorSpec> inputs) {
        Dims dims = Dims.of(name())
                .bind("y", inputs.get(0), "b n d")
                .bindParameter("gate", inputs.get(1), "b s d")
                .bind("gout", inputs.get(2), "b n d");
        Rows.checkStreams(dims, split);
        return inputs.subList(0, 2);
    }

    @Override
    public List<Tensor> define(List<Tensor> inputs) {
        Tensor y = inputs.get(0);
        Tensor gate = inputs.get(1);
        Tensor gout = inputs.get(2);
        Tensor back = gout.mul(Rows.spread(gate, split, y.dim(1)));
        if (norm == GatedResidual.Norm.NONE) {
            return List.of(back, Rows.gather(gout.mul(y), split, gate.dim(1)));
        }
        Rows.Normal normal = Rows.Normal.layer(y, AdaLnModulate.EPS);
        return List.of(normal.layerGrad(back), Rows.gather(gout.mul(normal.hat()), split, gate.dim(1)));
    }
}
