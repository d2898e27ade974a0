package dev.airfoil.kernels.cpu.products;

import dev.airfoil.kernels.cpu.Call;
import dev.airfoil.kernels.cpu.CpuKernel;
import dev.airfoil.kernels.cpu.gemm.Epilogue;
import dev.airfoil.kernels.cpu.gemm.Stored;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.LinearQ8;
import java.util.List;

/** {@link Projection} with a weight of bytes whose rows are dense, their length a multiple of 4; scaled at the end. */
public final class LinearQ8Kernel implements CpuKernel<LinearQ8> {
    @Override
    public boolean accepts(LinearQ8 op, List<Tensor> inputs) {
        return Projection.fits(Stored.I8, inputs.get(1));
    }

    @Override
    public void run(LinearQ8 op, Call call) {
        Epilogue end =
                new Epilogue(op.activation(), call.dense(2), call.inputs() > 3 ? call.dense(3) : Epilogue.ABSENT);
        Projection.run(call, Stored.I8, end);
    }
}
