package dev.airfoil.kernels.opencl;

import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.Softmax;
import java.util.List;

/** {@link Softmax}: {@code softmax.cl}, 8 rows a work-group, 32 lanes a row. */
final class SoftmaxKernel implements ClKernel<Softmax> {
    @Override
    public boolean accepts(Softmax op, List<Tensor> in) {
        return Norms.fits(in.getFirst());
    }

    @Override
    public void run(ClBackend cl, Softmax op, List<Tensor> in, List<Tensor> out) {
        Tensor x = cl.dense(in.getFirst());
        int rows = Norms.rows(x);
        cl.launch("softmax", "softmax", "-DD=" + x.dim(-1) + Stored.as(x))
                .tensor(x)
                .tensor(out.getFirst())
                .number(rows)
                .groups(256, (rows + 7) / 8, 1, 1);
    }
}
