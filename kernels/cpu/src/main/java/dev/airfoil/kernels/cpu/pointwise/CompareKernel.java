package dev.airfoil.kernels.cpu.pointwise;

import dev.airfoil.kernels.cpu.Call;
import dev.airfoil.kernels.cpu.CpuKernel;
import dev.airfoil.tensor.ops.Compare;

/** See {@link Pairwise}. */
public final class CompareKernel implements CpuKernel<Compare> {
    @Override
    public void run(Compare op, Call call) {
        Pairwise.run(
                switch (op.fn()) {
                    case EQUAL -> Pairwise.Fn.EQUAL;
                    case GREATER -> Pairwise.Fn.GREATER;
                },
                call);
    }
}
