package dev.airfoil.kernels.cpu.rows;

import dev.airfoil.kernels.cpu.Call;
import dev.airfoil.kernels.cpu.CpuKernel;
import dev.airfoil.kernels.cpu.rows.NormForward.Addend;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.AdaLnModulate;
import dev.airfoil.tensor.ops.GatedResidual;

/** Rows in parallel; the gate is the factor of the normalised branch. */
public final class GatedResidualKernel implements CpuKernel<GatedResidual> {
    @Override
    public void run(GatedResidual op, Call call) {
        Tensor y = call.in(1);
        Groups groups = new Groups(y.dim(0), y.dim(1), op.split(), call.in(2).dim(1));
        new NormForward(norm(op.norm()), AdaLnModulate.EPS, groups, y.dim(2), 0, Addend.PER_ROW)
                .run(call.pool(), call.dense(1), call.dense(2), call.dense(0), call.result(0));
    }

    static Norm norm(GatedResidual.Norm norm) {
        return switch (norm) {
            case NONE -> Norm.NONE;
            case LAYER -> Norm.LAYER;
        };
    }
}
