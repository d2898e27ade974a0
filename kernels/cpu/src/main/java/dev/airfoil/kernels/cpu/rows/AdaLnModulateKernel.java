package dev.airfoil.kernels.cpu.rows;

import dev.airfoil.kernels.cpu.Call;
import dev.airfoil.kernels.cpu.CpuKernel;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.AdaLnModulate;
import java.util.Optional;

/** Rows in parallel; a row takes shift and scale of its batch and stream. */
public final class AdaLnModulateKernel implements CpuKernel<AdaLnModulate> {
    @Override
    public Class<AdaLnModulate> op() {
        return AdaLnModulate.class;
    }

    @Override
    public void run(AdaLnModulate op, Call call) {
        Tensor x = call.in(0);
        Groups groups = new Groups(x.dim(0), x.dim(1), op.split(), call.in(1).dim(1));
        new NormForward(Norm.LAYER, op.eps(), groups, x.dim(2), 1, Optional.of(call.dense(1)), Optional.empty())
                .run(call.pool(), call.dense(0), call.dense(2), call.result(0));
    }
}
