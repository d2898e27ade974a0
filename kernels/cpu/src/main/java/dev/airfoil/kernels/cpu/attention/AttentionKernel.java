package dev.airfoil.kernels.cpu.attention;

import dev.airfoil.kernels.cpu.Call;
import dev.airfoil.kernels.cpu.CpuKernel;
import dev.airfoil.kernels.cpu.Floats;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.Attention;
import java.util.List;

/** Binds {@link FlashAttention}; q, k and v are read through their strides. */
public final class AttentionKernel implements CpuKernel<Attention> {
    /** What a query must not see scores minus infinity, before the scale, which must not turn that over. */
    @Override
    public boolean accepts(Attention op, List<Tensor> inputs) {
        return inputs.getFirst().size() > 0
                && inputs.get(1).size() > 0
                && (op.scale() > 0 || op.direction() == Attention.Direction.BOTH);
    }

    @Override
    public void run(Attention op, Call call) {
        Problem p = problem(op, call, 3);
        Floats o = call.result(0);
        Floats lse = call.result(1);
        new FlashAttention(call.choice().attention())
                .run(
                        call.pool(),
                        p,
                        heads(call, 0),
                        heads(call, 1),
                        heads(call, 2),
                        Heads.merged(o.data(), o.base(), p.h(), p.n(), p.e()),
                        lse.data(),
                        lse.base());
    }

    static Problem problem(Attention op, Call call, int mask) {
        Tensor q = call.in(0);
        int b = q.dim(0);
        int m = call.in(1).dim(2);
        Keys keys;
        if (call.inputs() > mask) {
            Floats data = call.dense(mask);
            keys = Keys.of(b, m, data.data(), data.base());
        } else {
            keys = Keys.all(b, m);
        }
        return new Problem(b, q.dim(1), q.dim(2), m, q.dim(3), op.scale(), op.direction(), keys);
    }

    /** Input {@code i} as {@code [b h n e]}, copied only if the elements of a row are no neighbours. */
    static Heads heads(Call call, int i) {
        Tensor t = call.in(i);
        if (t.layout().stride(3) == 1 || t.dim(3) == 1) {
            return new Heads(
                    Call.place(t).data(),
                    Call.place(t).base(),
                    4 * t.layout().stride(0),
                    4 * t.layout().stride(1),
                    4 * t.layout().stride(2));
        }
        Floats dense = call.dense(i);
        return Heads.dense(dense.data(), dense.base(), t.dim(1), t.dim(2), t.dim(3));
    }
}
