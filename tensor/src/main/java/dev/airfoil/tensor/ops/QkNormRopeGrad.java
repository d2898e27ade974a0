package dev.airfoil.tensor.ops;

import dev.airfoil.tensor.Dims;
import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Fused;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.TensorSpec;
import java.util.List;

/**
 * Gradients of {@link QkNormRope} for qkv, qw and kw, from its five inputs and {@code gq, gk, gv [b h n e]}. The
 * gradient of a rotation is the rotation by the negative angle; then back through the RMS norm of the original rows.
 */
public record QkNormRopeGrad(float eps) implements Fused {
    @Override
    public List<TensorSpec> infer(List<TensorSpec> inputs) {
        Dims d = Dims.of(name());
        QkNormRope.check(d, inputs);
        d.bind("gq", inputs.get(5), "b h n e")
                .bind("gk", inputs.get(6), "b h n e")
                .bind("gv", inputs.get(7), "b h n e");
        return inputs.subList(0, 3);
    }

    @Override
    public List<Tensor> define(List<Tensor> inputs) {
        Tensor qkv = inputs.get(0);
        Tensor cos = inputs.get(3);
        Tensor minusSin = inputs.get(4).mul(-1);
        Rows.Normal q = Rows.Normal.rms(QkNormRope.heads(qkv, 0), eps);
        Rows.Normal k = Rows.Normal.rms(QkNormRope.heads(qkv, 1), eps);
        Tensor gq = QkNormRope.turn(inputs.get(5), cos, minusSin);
        Tensor gk = QkNormRope.turn(inputs.get(6), cos, minusSin);
        Tensor gqkv = F.concat(
                2, slot(q.rmsGrad(gq.mul(inputs.get(1)))), slot(k.rmsGrad(gk.mul(inputs.get(2)))), slot(inputs.get(7)));
        return List.of(gqkv, Rows.sumRows(gq.mul(q.hat())), Rows.sumRows(gk.mul(k.hat())));
    }

    /** {@code [b h n e]} to {@code [b n 1 h e]}, its place in qkv. */
    private static Tensor slot(Tensor x) {
        return x.permute(0, 2, 1, 3).reshape(x.dim(0), x.dim(2), 1, x.dim(1), x.dim(3));
    }
}
