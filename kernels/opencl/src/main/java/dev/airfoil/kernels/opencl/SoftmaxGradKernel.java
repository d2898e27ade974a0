package dev.airfoil.kernels.opencl;

import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.SoftmaxGrad;
import java.util.List;

/** {@link SoftmaxGrad}: {@code softmax.cl}, 8 rows a work-group, 32 lanes a row. */
final class SoftmaxGradKernel implements ClKernel<SoftmaxGrad> {
    @Override
    public boolean accepts(SoftmaxGrad op, List<Tensor> in) {
        return Norms.fits(in.getFirst());
    }

    @Override
    public void run(ClBackend cl, SoftmaxGrad op, List<Tensor> in, List<Tensor> out) {
        Tensor y = cl.dense(in.getFirst());
        int rows = Norms.rows(y);
        cl.launch("softmax", "softmax_grad", "-DD=" + y.dim(-1) + Stored.as(y))
                .tensor(y)
                .tensor(cl.dense(in.get(1)))
                .tensor(out.getFirst())
                .number(rows)
                .groups(256, (rows + 7) / 8, 1, 1);
    }
}
