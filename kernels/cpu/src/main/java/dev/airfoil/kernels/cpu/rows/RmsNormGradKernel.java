package dev.airfoil.kernels.cpu.rows;

import dev.airfoil.kernels.cpu.Call;
import dev.airfoil.kernels.cpu.CpuKernel;
import dev.airfoil.tensor.ops.RmsNormGrad;
import java.util.Optional;

/** Chunks of rows in parallel, see {@link NormBackward}. */
public final class RmsNormGradKernel implements CpuKernel<RmsNormGrad> {
    @Override
    public void run(RmsNormGrad op, Call call) {
        int d = call.in(0).dim(-1);
        Groups groups = Groups.one(LayerNormKernel.rows(call, d));
        new NormBackward(Norm.RMS, op.eps(), groups, d, 0)
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
