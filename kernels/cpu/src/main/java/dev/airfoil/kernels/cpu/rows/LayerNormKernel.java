package dev.airfoil.kernels.cpu.rows;

import dev.airfoil.kernels.cpu.Call;
import dev.airfoil.kernels.cpu.CpuKernel;
import dev.airfoil.kernels.cpu.rows.NormForward.Addend;
import dev.airfoil.tensor.ops.LayerNorm;

/** Rows in parallel, see {@link NormForward}. */
public final class LayerNormKernel implements CpuKernel<LayerNorm> {
    @Override
    public void run(LayerNorm op, Call call) {
        int d = call.in(0).dim(-1);
        Groups groups = Groups.one(rows(call, d));
        new NormForward(Norm.LAYER, op.eps(), groups, d, 0, Addend.PER_GROUP)
                .run(call.pool(), call.dense(0), call.dense(1), call.dense(2), call.result(0));
    }

    /** Rows of input 0. */
    static int rows(Call call, int d) {
        return d == 0 ? 0 : Math.toIntExact(call.in(0).size() / d);
    }
}
