package dev.airfoil.kernels.opencl;

import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.Affine;
import java.util.List;

/** {@link Affine}: {@code affine.cl}, see {@link Elementwise}. */
final class AffineKernel implements ClKernel<Affine> {
    @Override
    public Class<Affine> op() {
        return Affine.class;
    }

    @Override
    public void run(ClBackend cl, Affine op, List<Tensor> in, List<Tensor> out) {
        Elementwise.run(cl, "affine", "affine", "", in, out.getFirst(), op.scale(), op.shift());
    }
}
