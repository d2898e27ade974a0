package dev.airfoil.kernels.opencl;

import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.Activation;
import java.util.List;

/** {@link Activation}: {@code activation.cl}, see {@link Elementwise}. */
final class ActivationKernel implements ClKernel<Activation> {
    @Override
    public Class<Activation> op() {
        return Activation.class;
    }

    @Override
    public void run(ClBackend cl, Activation op, List<Tensor> in, List<Tensor> out) {
        Elementwise.run(cl, "activation", "activation", "-DFN=" + op.fn(), in, out.getFirst());
    }
}
