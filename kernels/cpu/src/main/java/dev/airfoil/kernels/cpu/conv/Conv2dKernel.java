package dev.airfoil.kernels.cpu.conv;

import dev.airfoil.kernels.cpu.Call;
import dev.airfoil.kernels.cpu.CpuKernel;
import dev.airfoil.kernels.cpu.Floats;
import dev.airfoil.kernels.cpu.gemm.Operand;
import dev.airfoil.kernels.cpu.gemm.Product;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.Conv2d;
import java.util.List;

/** {@code y[o][pixels] = weight[o][c i j] patches[c i j][pixels]}; images in parallel, or the product where there are few. */
public final class Conv2dKernel implements CpuKernel<Conv2d> {
    @Override
    public boolean accepts(Conv2d op, List<Tensor> inputs) {
        return inputs.get(0).size() > 0 && inputs.get(1).size() > 0;
    }

    @Override
    public void run(Conv2d op, Call call) {
        Tensor image = call.in(0);
        Tensor kernel = call.in(1);
        Patches patches = new Patches(op, image.dim(1), image.dim(2), image.dim(3), kernel.dim(2), kernel.dim(3));
        convolve(call, patches, image.dim(0), kernel.dim(0), call.dense(1), call.dense(0), call.result(0));
    }

    /** {@code images} images x with a dense {@code weight [o depth]} to y. */
    static void convolve(Call call, Patches patches, int images, int o, Floats weight, Floats x, Floats y) {
        int pixels = patches.pixels();
        Operand left = Operand.ofRows(weight.data(), weight.base(), patches.depth());
        call.pool().splitIf(images >= call.pool().size(), images, (from, to) -> {
            for (int b = from; b < to; b++) {
                Product target = Product.set(y.data(), y.at((long) b * o * pixels), pixels);
                Floats image = new Floats(x.data(), x.at(b * patches.image()));
                call.choice()
                        .gemm()
                        .multiply(call.pool(), o, pixels, patches.depth(), left, patches.right(image), target);
            }
        });
    }
}
