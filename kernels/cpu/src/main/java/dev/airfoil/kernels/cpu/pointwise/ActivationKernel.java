package dev.airfoil.kernels.cpu.pointwise;

import dev.airfoil.kernels.cpu.Call;
import dev.airfoil.kernels.cpu.CpuKernel;
import dev.airfoil.kernels.cpu.vector.ActivationLoops;
import dev.airfoil.tensor.ops.Activation;

/** Elements in parallel. */
public final class ActivationKernel implements CpuKernel<Activation> {
    @Override
    public void run(Activation op, Call call) {
        Flat.map(
                call.pool(),
                call.in(0).size(),
                call.dense(0),
                call.result(0),
                (x, xo, y, yo, n) -> ActivationLoops.run(op.fn(), x, xo, 0, y, yo, 0, 1, n));
    }
}
