package dev.airfoil.kernels.cpu.rows;

import dev.airfoil.kernels.cpu.Call;
import dev.airfoil.kernels.cpu.CpuKernel;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.Max;
import java.util.List;

/** See {@link Reduction}. */
public final class MaxKernel implements CpuKernel<Max> {
    @Override
    public boolean accepts(Max op, List<Tensor> inputs) {
        return inputs.getFirst().size() > 0;
    }

    @Override
    public void run(Max op, Call call) {
        int[] dims = call.in(0).shape().toArray();
        int outer = 1;
        int inner = 1;
        for (int i = 0; i < dims.length; i++) {
            outer *= i < op.axis() ? dims[i] : 1;
            inner *= i > op.axis() ? dims[i] : 1;
        }
        new Reduction(Reduction.Fn.MAX, outer, dims[op.axis()], inner).run(call.pool(), call.dense(0), call.result(0));
    }
}
