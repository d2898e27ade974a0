package dev.airfoil.kernels.opencl;

import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.Lerp;
import java.util.List;

/** {@link Lerp}: {@code binary.cl}, see {@link Elementwise}. */
final class LerpKernel implements ClKernel<Lerp> {
    @Override
    public Class<Lerp> op() {
        return Lerp.class;
    }

    @Override
    public void run(ClBackend cl, Lerp op, List<Tensor> in, List<Tensor> out) {
        Elementwise.run(cl, "binary", "binary", "-DFN=LERP", in, out.getFirst(), op.t());
    }
}
