package dev.airfoil.kernels.cpu.rows;

import dev.airfoil.kernels.cpu.Call;
import dev.airfoil.kernels.cpu.CpuKernel;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.AdaLnModulateGrad;
import java.util.Optional;

/** Chunks of rows in parallel; shift and scale gather over the rows of a stream. */
public final class AdaLnModulateGradKernel implements CpuKernel<AdaLnModulateGrad> {
    @Override
    public void run(AdaLnModulateGrad op, Call call) {
        Tensor x = call.in(0);
        Groups groups = new Groups(x.dim(0), x.dim(1), op.split(), call.in(1).dim(1));
        new NormBackward(Norm.LAYER, op.eps(), groups, x.dim(2), 1)
                .run(
                        call.pool(),
                        call.dense(0),
                        call.dense(1),
                        call.dense(2),
                        call.result(0),
                        call.result(2),
                        Optional.of(call.result(1)));
    }
}
