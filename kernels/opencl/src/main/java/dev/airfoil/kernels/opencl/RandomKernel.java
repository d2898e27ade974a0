package dev.airfoil.kernels.opencl;

import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.Random;
import java.util.List;

/** {@link Random}: {@code philox.cl}, 32 numbers a work-item. */
final class RandomKernel implements ClKernel<Random> {
    @Override
    public void run(ClBackend cl, Random op, List<Tensor> in, List<Tensor> out) {
        Tensor y = out.getFirst();
        String kernel = switch (op.distribution()) {
            case UNIFORM -> "philox_uniform";
            case NORMAL -> "philox_normal";
        };
        cl.launch("philox", kernel, "")
                .tensor(y)
                .number(y.size())
                .number(op.seed())
                .number(op.stream())
                .items((y.size() + 31) / 32);
    }
}
