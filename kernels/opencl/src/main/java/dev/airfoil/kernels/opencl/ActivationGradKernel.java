package dev.airfoil.kernels.opencl;

import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.ActivationGrad;
import java.util.List;

/** {@link ActivationGrad}: {@code activation.cl}, see {@link Elementwise}. */
final class ActivationGradKernel implements ClKernel<ActivationGrad> {
    @Override
    public Class<ActivationGrad> op() {
        return ActivationGrad.class;
    }

    @Override
    public void run(ClBackend cl, ActivationGrad op, List<Tensor> in, List<Tensor> out) {
        Elementwise.run(cl, "activation", "activation_grad", "-DFN=" + op.fn(), in, out.getFirst());
    }
}
