package dev.airfoil.kernels.cpu.rows;

import dev.airfoil.kernels.cpu.Call;
import dev.airfoil.kernels.cpu.CpuKernel;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.AdaLnModulate;
import dev.airfoil.tensor.ops.GatedResidualGrad;
import java.util.Optional;

/** Chunks of rows in parallel; the gate gathers over the rows of a stream. */
public final class GatedResidualGradKernel implements CpuKernel<GatedResidualGrad> {
    @Override
    public void run(GatedResidualGrad op, Call call) {
        Tensor y = call.in(0);
        Groups groups = new Groups(y.dim(0), y.dim(1), op.split(), call.in(1).dim(1));
        new NormBackward(GatedResidualKernel.norm(op.norm()), AdaLnModulate.EPS, groups, y.dim(2), 0)
                .run(
                        call.pool(),
                        call.dense(0),
                        call.dense(1),
                        call.dense(2),
                        call.result(0),
                        call.result(1),
                        Optional.empty());
    }
}
