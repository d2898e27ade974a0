package dev.airfoil.kernels.opencl;

import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.Compare;
import java.util.List;

/** {@link Compare}: {@code binary.cl}, see {@link Elementwise}. */
final class CompareKernel implements ClKernel<Compare> {
    @Override
    public Class<Compare> op() {
        return Compare.class;
    }

    @Override
    public void run(ClBackend cl, Compare op, List<Tensor> in, List<Tensor> out) {
        Elementwise.run(cl, "binary", "binary", "-DFN=" + op.fn(), in, out.getFirst(), 0);
    }
}
