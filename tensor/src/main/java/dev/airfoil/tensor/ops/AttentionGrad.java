package dev.airfoil.tensor.ops;

import dev.airfoil.tensor.DType;
import dev.airfoil.tensor.Dims;
import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Fused;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.TensorSpec;
import java.util.List;

/**
 * Gradients of {@link Attention} for q, k and v, from q, k, v, its outputs {@code o [b n h e]} and {@code lse [b h n]},
 * {@code go [b n h e]} and the optional mask.
 *
 * <p>With the weights {@code p = e^(s - lse)} recomputed from the scores s: {@code gv = p^T go}; the softmax turns
 * {@code gp = go v^T} into {@code gs = p (gp - delta)}, where {@code delta = sum_m p gp = sum_e go o} needs no weights;
 * {@code gq = scale gs k} and {@code gk = scale gs^T q}.
 */
public record AttentionGrad(Attention attention) implements Fused {
    public AttentionGrad {
        Dims.given("attentionGrad", "attention", attention);
    }

    @Override
    public List<TensorSpec> infer(List<TensorSpec> inputs) {
        Dims d = Attention.check(Dims.of(name()), inputs)
                .bind("o", inputs.get(3), "b n h e")
                .bind("lse", inputs.get(4), DType.F32, "b h n")
                .bind("go", inputs.get(5), "b n h e");
        Attention.maskOf(inputs, 6).ifPresent(mask -> d.bind("mask", mask, DType.I32, "b m"));
        return inputs.subList(0, 3);
    }

    @Override
    public List<Tensor> define(List<Tensor> inputs) {
        Tensor q = inputs.get(0);
        Tensor k = inputs.get(1);
        Tensor o = inputs.get(3).permute(0, 2, 1, 3);
        Tensor lse = inputs.get(4).reshape(q.dim(0), q.dim(1), q.dim(2), 1);
        Tensor go = inputs.get(5).permute(0, 2, 1, 3);
        Tensor keep = attention.keep(q, k, Attention.maskOf(inputs, 6));
        Tensor p = F.exp(attention.scores(q, k, keep).sub(lse)).mul(keep);
        Tensor gp = go.matmul(inputs.get(2).transpose());
        Tensor gs = p.mul(gp.sub(go.mul(o).sum(-1))).mul(attention.scale());
        return List.of(gs.matmul(k), gs.transpose().matmul(q), p.transpose().matmul(go));
    }
}
