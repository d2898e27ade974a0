package dev.airfoil.kernels.opencl;

import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.Binary;
import java.util.List;

/** {@link Binary}: {@code binary.cl}, see {@link Elementwise}. */
final class BinaryKernel implements ClKernel<Binary> {
    @Override
    public Class<Binary> op() {
        return Binary.class;
    }

    @Override
    public void run(ClBackend cl, Binary op, List<Tensor> in, List<Tensor> out) {
        Elementwise.run(cl, "binary", "binary", "-DFN=" + op.fn(), in, out.getFirst(), 0);
    }
}
