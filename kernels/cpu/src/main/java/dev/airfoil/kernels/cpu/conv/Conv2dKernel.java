package dev.airfoil.kernels.cpu.conv;

import dev.airfoil.kernels.cpu.Call;
import dev.airfoil.kernels.cpu.CpuKernel;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.Conv2d;
import java.util.List;

/** A {@link Convolution}. */
public final class Conv2dKernel implements CpuKernel<Conv2d> {
    @Override
    public boolean accepts(Conv2d op, List<Tensor> inputs) {
        return inputs.get(0).size() > 0 && inputs.get(1).size() > 0;
    }

    @Override
    public void run(Conv2d op, Call call) {
        Tensor weight = call.in(1);
        Window window = Window.of(op, call.in(0), weight.dim(2), weight.dim(3));
        Weights weights = Weights.of(call.dense(1), weight);
        Convolution.run(call, window, call.in(0).dim(0), weights, call.dense(0), call.result(0));
    }
}
