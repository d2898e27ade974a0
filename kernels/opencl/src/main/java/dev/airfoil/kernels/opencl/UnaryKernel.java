package dev.airfoil.kernels.opencl;

import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.Unary;
import java.util.List;

/** {@link Unary}: {@code unary.cl}, see {@link Elementwise}. */
final class UnaryKernel implements ClKernel<Unary> {
    @Override
    public Class<Unary> op() {
        return Unary.class;
    }

    @Override
    public void run(ClBackend cl, Unary op, List<Tensor> in, List<Tensor> out) {
        Elementwise.run(cl, "unary", "unary", "-DFN=" + op.fn(), in, out.getFirst());
    }
}
