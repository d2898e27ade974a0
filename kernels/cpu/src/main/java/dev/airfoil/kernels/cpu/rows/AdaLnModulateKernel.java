package dev.airfoil.kernels.cpu.rows;

import dev.airfoil.kernels.cpu.Call;
import dev.airfoil.kernels.cpu.CpuKernel;
import dev.airfoil.kernels.cpu.rows.NormForward.Addend;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.AdaLnModulate;

/** Rows in parallel; a row takes shift and scale of its batch and stream. */
public final class AdaLnModulateKernel implements CpuKernel<AdaLnModulate> {
    @Override
    public void run(AdaLnModulate op, Call call) {
        Tensor x = call.in(0);
        Groups groups = new Groups(x.dim(0), x.dim(1), op.split(), call.in(1).dim(1));
        new NormForward(Norm.LAYER, op.eps(), groups, x.dim(2), 1, Addend.PER_GROUP)
                .run(call.pool(), call.dense(0), call.dense(2), call.dense(1), call.result(0));
    }
}
