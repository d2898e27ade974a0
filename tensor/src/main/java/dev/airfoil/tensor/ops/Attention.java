package dev.airfoil.tensor.ops;

import dev.airfoil.tensor.DType;
import dev.airfoil.tensor.Dims;
import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Fused;
import dev.airfoil.tensor.Interpreter;
import dev.airfoil.tensor.Shape;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.TensorSpec;
import dev.airfoil.tensor.Vjp;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * {@code softmax(scale q k^T) v} for {@code q [b h n e]} and {@code k, v [b h m e]}, optionally with {@code mask [b m]}
 * (I32, 1 keeps a key, 0 drops it). Gives {@code o [b n h e]} - tokens before heads, so that merging the heads is a view
 * - and {@code lse [b h n]} (F32), the logarithm of the softmax's denominator, from which the gradient recomputes the
 * weights. A query that may see no key gives zeros. Kernels never hold all scores {@code [n m]} at once.
 */
public record Attention(float scale, Direction direction) implements Fused {
    /** Which keys a query may see. */
    public enum Direction {
        /** All. */
        BOTH,
        /** Key j for query i only if j is not after i. */
        CAUSAL
    }

    public Attention {
        Dims.given("attention", "direction", direction);
    }

    /** Attention to all keys with the usual scale, 1 / sqrt(e). */
    public static Attention ofHeadWidth(int e) {
        return new Attention((float) (1 / Math.sqrt(e)), Direction.BOTH);
    }

    @Override
    public List<TensorSpec> infer(List<TensorSpec> inputs) {
        Dims d = check(Dims.of(name()), inputs);
        maskOf(inputs, 3).ifPresent(mask -> d.bind("mask", mask, DType.I32, "b m"));
        return List.of(
                new TensorSpec(d.storage(), Shape.of(d.get("b"), d.get("n"), d.get("h"), d.get("e"))),
                TensorSpec.f32(d.get("b"), d.get("h"), d.get("n")));
    }

    /** Checks q, k and v. */
    static Dims check(Dims d, List<TensorSpec> inputs) {
        return d.bind("q", inputs.get(0), "b h n e")
                .bind("k", inputs.get(1), "b h m e")
                .bind("v", inputs.get(2), "b h m e");
    }

    /** The optional mask behind the first {@code n} inputs. */
    static <T> Optional<T> maskOf(List<T> inputs, int n) {
        return inputs.size() > n ? Optional.of(inputs.get(n)) : Optional.empty();
    }

    @Override
    public List<Tensor> define(List<Tensor> inputs) {
        Tensor keep = keep(inputs.get(0), inputs.get(1), maskOf(inputs, 3));
        Tensor s = scores(inputs.get(0), inputs.get(1), keep);
        Tensor max = F.max(s, -1);
        Tensor e = F.exp(s.sub(max)).mul(keep);
        Tensor sum = e.sum(-1);
        Tensor some = F.compare(Compare.Fn.GREATER, sum, sum.mul(0));
        Tensor denominator = sum.add(F.affine(some, -1, 1)); // 1 where the sum is 0
        Tensor o = e.div(denominator).matmul(inputs.get(2));
        Tensor lse = some.mul(max.add(F.log(denominator)));
        return List.of(F.contiguous(o.permute(0, 2, 1, 3)), lse.reshape(s.dim(0), s.dim(1), s.dim(2)));
    }

    /** 1 where query n may see key m, {@code [b|1 1 n m]}. */
    Tensor keep(Tensor q, Tensor k, Optional<Tensor> mask) {
        int n = q.dim(2);
        int m = k.dim(2);
        Tensor all = F.fill(Shape.of(1, 1, n, m), 1);
        if (direction == Direction.CAUSAL) {
            float[] causal = new float[n * m];
            for (int i = 0; i < n; i++) {
                for (int j = 0; j <= i && j < m; j++) {
                    causal[i * m + j] = 1;
                }
            }
            all = Tensor.of(causal, 1, 1, n, m);
        }
        Tensor base = all;
        return mask.map(t -> base.mul(F.cast(t, DType.F32).reshape(t.dim(0), 1, 1, m)))
                .orElse(base);
    }

    /** Scaled scores {@code [b h n m]}, hopelessly low where not kept. */
    Tensor scores(Tensor q, Tensor k, Tensor keep) {
        return q.matmul(k.transpose()).mul(scale).add(F.affine(keep, 1e30, -1e30));
    }

    @Override
    public boolean hasOwnGradient() {
        return true;
    }

    @Override
    public void vjp(Vjp vjp) {
        List<Tensor> in = new ArrayList<>(List.of(vjp.in(0), vjp.in(1), vjp.in(2), vjp.out(0), vjp.out(1), vjp.grad()));
        if (vjp.inputs() > 3) {
            in.add(vjp.in(3));
        }
        vjp.give(Interpreter.bind(new AttentionGrad(this), in));
    }
}
