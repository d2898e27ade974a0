package dev.airfoil.kernels.opencl;

import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.AdamWUpdate;
import java.util.List;

/** {@link AdamWUpdate}: {@code adam_w.cl}, one work-item a parameter. */
final class AdamWKernel implements ClKernel<AdamWUpdate> {
    @Override
    public void run(ClBackend cl, AdamWUpdate op, List<Tensor> in, List<Tensor> out) {
        long n = in.getFirst().size();
        cl.launch("adam_w", "adam_w", "")
                .tensors(in.stream().map(cl::dense).toList())
                .tensors(out)
                .number(n)
                .number((float) (1 - op.lr() * op.decay()))
                .number((float) op.stepSize())
                .number((float) op.beta1())
                .number((float) (1 - op.beta1()))
                .number((float) op.beta2())
                .number((float) (1 - op.beta2()))
                .number((float) op.rootScale())
                .number((float) op.eps())
                .items(n);
    }
}
