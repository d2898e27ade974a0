package dev.airfoil.kernels.cpu.products;

import dev.airfoil.kernels.cpu.Call;
import dev.airfoil.kernels.cpu.CpuKernel;
import dev.airfoil.kernels.cpu.gemm.Epilogue;
import dev.airfoil.kernels.cpu.gemm.Stored;
import dev.airfoil.tensor.DType;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.Linear;
import java.util.List;

/** {@link Projection} with an F32 weight, or a BF16 one whose rows are dense and of even length. */
public final class LinearKernel implements CpuKernel<Linear> {
    @Override
    public boolean reads(List<Tensor> inputs) {
        return inputs.getFirst().dtype() == DType.F32
                && (inputs.size() < 3 || inputs.get(2).dtype() == DType.F32);
    }

    @Override
    public boolean accepts(Linear op, List<Tensor> inputs) {
        return Projection.fits(stored(inputs.get(1)), inputs.get(1));
    }

    private static Stored stored(Tensor weight) {
        return weight.dtype() == DType.BF16 ? Stored.BF16 : Stored.F32;
    }

    @Override
    public void run(Linear op, Call call) {
        Epilogue end =
                new Epilogue(op.activation(), Epilogue.ABSENT, call.inputs() > 2 ? call.dense(2) : Epilogue.ABSENT);
        Projection.run(call, stored(call.in(1)), end);
    }
}
