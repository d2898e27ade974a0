package dev.airfoil.kernels.opencl;

import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.Activation;
import dev.airfoil.tensor.ops.MatMul;
import java.util.List;
import java.util.Optional;

/** {@link MatMul}, transposed views included: see {@link Gemm}. */
final class MatMulKernel implements ClKernel<MatMul> {
    @Override
    public Class<MatMul> op() {
        return MatMul.class;
    }

    @Override
    public void run(ClBackend cl, MatMul op, List<Tensor> in, List<Tensor> out) {
        Gemm.run(cl, in.get(0), in.get(1), Optional.empty(), Activation.Fn.NONE, out.getFirst());
    }
}
