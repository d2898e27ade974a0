package dev.airfoil.kernels.opencl;

import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.QkNormRope;
import java.util.List;

/** {@link QkNormRope}: {@code qk_norm_rope.cl}, 16 lanes (32 of wide heads) a head of a row. */
final class QkNormRopeKernel implements ClKernel<QkNormRope> {
    @Override
    public boolean accepts(QkNormRope op, List<Tensor> in) {
        return fits(in);
    }

    @Override
    public void run(ClBackend cl, QkNormRope op, List<Tensor> in, List<Tensor> out) {
        Tensor qkv = in.getFirst();
        int rows = Math.toIntExact((long) qkv.dim(0) * qkv.dim(1) * qkv.dim(3));
        cl.launch("qk_norm_rope", "qk_norm_rope", options(qkv, in.get(1)))
                .tensors(in.stream().map(cl::fours).toList())
                .tensors(out)
                .number(rows)
                .number(qkv.dim(1))
                .number(op.eps())
                .groups(256, (rows + heads(qkv) - 1) / heads(qkv), 1, 1);
    }

    static boolean fits(List<Tensor> in) {
        return in.getFirst().dim(4) % 4 == 0 && in.get(1).dtype() == in.get(2).dtype();
    }

    /** How many a work-group of 256 takes at a time. */
    static int heads(Tensor qkv) {
        return qkv.dim(4) > 64 ? 8 : 16;
    }

    static String options(Tensor qkv, Tensor weight) {
        return "-DH=" + qkv.dim(3) + " -DE=" + qkv.dim(4) + Stored.as(qkv) + Stored.param(weight);
    }
}
