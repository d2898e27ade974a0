package dev.airfoil.kernels.cpu.rows;

import dev.airfoil.kernels.cpu.Call;
import dev.airfoil.kernels.cpu.CpuKernel;
import dev.airfoil.kernels.cpu.Floats;
import dev.airfoil.kernels.cpu.rows.NormForward.Addend;
import dev.airfoil.tensor.ops.RmsNorm;

/** Rows in parallel, see {@link NormForward}. */
public final class RmsNormKernel implements CpuKernel<RmsNorm> {
    @Override
    public void run(RmsNorm op, Call call) {
        int d = call.in(0).dim(-1);
        Groups groups = Groups.one(LayerNormKernel.rows(call, d));
        Floats weight = call.dense(1);
        new NormForward(Norm.RMS, op.eps(), groups, d, 0, Addend.NOTHING)
                .run(call.pool(), call.dense(0), weight, weight, call.result(0));
    }
}
