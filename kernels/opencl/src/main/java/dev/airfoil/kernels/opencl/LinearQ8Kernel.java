package dev.airfoil.kernels.opencl;

import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.LinearQ8;
import java.util.List;
import java.util.Optional;

/**
 * {@link LinearQ8}: as {@link LinearKernel}, which widens the weight (no number of 8 bits is rounded by it); its scales are
 * factors of the sums.
 */
final class LinearQ8Kernel implements ClKernel<LinearQ8> {
    @Override
    public void run(ClBackend cl, LinearQ8 op, List<Tensor> in, List<Tensor> out) {
        Optional<Tensor> bias = in.stream().skip(3).findFirst().map(cl::dense);
        Gemm.End end = new Gemm.End(Optional.of(cl.dense(in.get(2))), bias, op.activation());
        LinearKernel.product(cl, in.get(0), in.get(1), end, out.getFirst());
    }
}
