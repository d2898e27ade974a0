package dev.airfoil.kernels.opencl;

import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.MatMul;
import java.util.List;

/** {@link MatMul}, transposed views included: see {@link Gemm}. */
final class MatMulKernel implements ClKernel<MatMul> {
    @Override
    public void run(ClBackend cl, MatMul op, List<Tensor> in, List<Tensor> out) {
        Gemm.run(cl, in.get(0), in.get(1), Gemm.End.SUMS, out.getFirst());
    }
}
