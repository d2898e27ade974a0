package dev.airfoil.kernels.opencl;

import dev.airfoil.tensor.Layout;
import dev.airfoil.tensor.Shape;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.QkNormRopeGrad;
import java.util.List;

/** {@link QkNormRopeGrad}: {@code qk_norm_rope.cl}, 16 lanes (32 of wide heads) a slot, which takes every slots-th head. */
final class QkNormRopeGradKernel implements ClKernel<QkNormRopeGrad> {
    /** So many that any device is full, so few that their sums are soon added up. */
    private static final int SLOTS = 8192;

    @Override
    public boolean accepts(QkNormRopeGrad op, List<Tensor> in) {
        return QkNormRopeKernel.fits(in);
    }

    @Override
    public void run(ClBackend cl, QkNormRopeGrad op, List<Tensor> in, List<Tensor> out) {
        Tensor qkv = in.getFirst();
        int e = qkv.dim(4);
        int rows = Math.toIntExact((long) qkv.dim(0) * qkv.dim(1) * qkv.dim(3));
        int heads = QkNormRopeKernel.heads(qkv);
        int slots = Math.clamp((rows + heads - 1) / heads * heads, heads, SLOTS);
        Tensor wide = cl.scratch(slots, 2, e);
        cl.launch("qk_norm_rope", "qk_norm_rope_grad", QkNormRopeKernel.options(qkv, in.get(1)))
                .tensors(in.stream().map(cl::fours).toList())
                .tensor(out.getFirst())
                .tensor(wide)
                .number(rows)
                .number(qkv.dim(1))
                .number(slots)
                .number(op.eps())
                .groups(256, slots / heads, 1, 1);
        for (int i = 0; i < 2; i++) {
            Layout half = new Layout(Shape.of(slots, e), new long[] {2L * e, 1}, (long) i * e);
            Reduce.run(cl, "", wide.withLayout(half), List.of(0), out.get(1 + i));
        }
    }
}
