package dev.airfoil.kernels.cpu.conv;

import dev.airfoil.kernels.cpu.Call;
import dev.airfoil.kernels.cpu.CpuKernel;
import dev.airfoil.kernels.cpu.Floats;
import dev.airfoil.kernels.cpu.gemm.Epilogue;
import dev.airfoil.kernels.cpu.gemm.Operand;
import dev.airfoil.kernels.cpu.gemm.Product;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.Conv2dGradWeight;
import java.util.List;

/** {@code gw[o][c i j] += gy[o][pixels] patches[c i j][pixels]^T}: a plain product where the image is its patches. */
public final class Conv2dGradWeightKernel implements CpuKernel<Conv2dGradWeight> {
    @Override
    public boolean accepts(Conv2dGradWeight op, List<Tensor> inputs) {
        return inputs.get(0).size() > 0 && inputs.get(1).size() > 0;
    }

    @Override
    public void run(Conv2dGradWeight op, Call call) {
        Window window = Window.of(op.conv(), call.in(0), op.i(), op.j());
        int images = call.in(0).dim(0);
        int o = call.in(1).dim(1);
        Floats x = call.dense(0);
        Floats gy = call.dense(1);
        Floats gw = call.result(0);
        if (!window.isImage()) {
            WeightGradient.run(call, window, images, o, x, gy, gw);
            return;
        }
        int pixels = window.pixels();
        for (int b = 0; b < images; b++) {
            Product.Mode mode = b == 0 ? Product.Mode.SET : Product.Mode.ADD;
            Product sum = new Product(gw.data(), gw.base(), 4L * window.c(), mode, Epilogue.NONE);
            Operand left = Operand.ofRows(gy.data(), gy.at((long) b * o * pixels), pixels);
            Operand right = Operand.ofRows(x.data(), x.at(b * window.image()), pixels);
            call.choice().gemm().multiply(call.pool(), o, window.c(), pixels, left, right, sum);
        }
    }
}
