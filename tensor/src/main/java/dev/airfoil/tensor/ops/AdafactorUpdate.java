package dev.airfoil.tensor.ops;

import dev.airfoil.tensor.DType;
import dev.airfoil.tensor.Dims;
import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Fused;
import dev.airfoil.tensor.Shape;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.List;

/**
 * One step of Adafactor without parameter scaling: from parameter p, gradient g, the state of the second moment and, if
 * {@code beta1 > 0}, the momentum m, to the new p, state and m.
 *
 * <pre>
 * s  = g^2 + eps
 * FULL      v' = beta2 v + (1 - beta2) s                               u = g / sqrt(v')
 * FACTORED  row' = beta2 row + (1 - beta2) mean of s over columns
 *           col' = beta2 col + (1 - beta2) mean of s over rows         u = g / sqrt(row' col' / mean(row'))
 * u  = lr u / max(1, rms(u) / clip)
 * m' = beta1 m + (1 - beta1) u                                         p' = p - m'
 * </pre>
 *
 * For {@code p [.. r c]}: state FULL is v, shaped as p; FACTORED is {@code row [.. r]} and {@code col [.. c]}. {@code
 * beta2} is that of this step: the optimizer knows its schedule.
 */
public record AdafactorUpdate(Moment moment, double lr, double beta1, double beta2, double eps, double clip)
        implements Fused {
    /** How the second moment is kept. */
    public enum Moment {
        /** One number per element. */
        FULL,
        /** A row and a column, whose product stands for the matrix. */
        FACTORED
    }

    public AdafactorUpdate {
        Dims.given("adafactorUpdate", "moment", moment);
    }

    @Override
    public List<TensorSpec> infer(List<TensorSpec> inputs) {
        Dims dims = Dims.of(name()).bind("p", inputs.get(0), DType.F32, "..").bind("g", inputs.get(1), DType.F32, "..");
        Shape p = inputs.getFirst().shape();
        List<TensorSpec> outputs = new ArrayList<>();
        outputs.add(inputs.getFirst());
        if (moment == Moment.FULL) {
            outputs.add(inputs.getFirst());
        } else {
            dims.require(p.rank() >= 2, "a second moment is factored only for two axes or more");
            outputs.add(TensorSpec.f32(p.remove(-1).toArray()));
            outputs.add(TensorSpec.f32(p.remove(-2).toArray()));
        }
        if (beta1 > 0) {
            outputs.add(inputs.getFirst());
        }
        dims.require(
                inputs.subList(2, inputs.size()).equals(outputs.subList(1, outputs.size())),
                "state is " + inputs.subList(2, inputs.size()) + " where " + outputs.subList(1, outputs.size())
                        + " is wanted");
        return outputs;
    }

    @Override
    public List<Tensor> define(List<Tensor> inputs) {
        Tensor p = inputs.get(0);
        Tensor g = inputs.get(1);
        Tensor s = g.square().add(eps);
        List<Tensor> outputs = new ArrayList<>();
        Tensor u;
        if (moment == Moment.FULL) {
            Tensor v = moved(inputs.get(2), s);
            outputs.add(v);
            u = g.mul(F.rsqrt(v));
        } else {
            Tensor row = moved(column(inputs.get(2)), s.mean(-1)); // [.. r 1]
            Tensor col = moved(row(inputs.get(3)), s.mean(-2)); // [.. 1 c]
            outputs.add(row.reshape(inputs.get(2).shape().toArray()));
            outputs.add(col.reshape(inputs.get(3).shape().toArray()));
            u = g.mul(F.rsqrt(row.div(row.mean(-2)))).mul(F.rsqrt(col));
        }
        Tensor rms = F.sqrt(F.reshape(F.mean(u.square())));
        Tensor clipped = u.mul(lr).div(F.maximum(rms.mul(1 / clip), F.fill(Shape.SCALAR, 1)));
        if (beta1 > 0) {
            Tensor m = inputs.getLast().mul(beta1).add(clipped.mul(1 - beta1));
            outputs.add(m);
            outputs.addFirst(p.sub(m));
        } else {
            outputs.addFirst(p.sub(clipped));
        }
        return outputs;
    }

    private Tensor moved(Tensor old, Tensor now) {
        return old.mul(beta2).add(now.mul(1 - beta2));
    }

    private static Tensor column(Tensor x) {
        return x.reshape(x.shape().insert(x.shape().rank(), 1).toArray());
    }

    private static Tensor row(Tensor x) {
        return x.reshape(x.shape().insert(x.shape().rank() - 1, 1).toArray());
    }
}
