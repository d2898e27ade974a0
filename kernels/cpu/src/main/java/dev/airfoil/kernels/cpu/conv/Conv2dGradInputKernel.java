package dev.airfoil.kernels.cpu.conv;

import dev.airfoil.kernels.cpu.Call;
import dev.airfoil.kernels.cpu.CpuKernel;
import dev.airfoil.kernels.cpu.Floats;
import dev.airfoil.kernels.cpu.Scratch;
import dev.airfoil.kernels.cpu.gemm.Gemm;
import dev.airfoil.kernels.cpu.gemm.Operand;
import dev.airfoil.kernels.cpu.gemm.Product;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.Conv2dGradInput;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * {@code patches[c i j][pixels] = weight[o][c i j]^T gy[o][pixels]}, then every patch is added to its place; images in
 * parallel, or the parts of one. An image's bands overlap, so they follow each other.
 */
public final class Conv2dGradInputKernel implements CpuKernel<Conv2dGradInput> {
    @Override
    public Class<Conv2dGradInput> op() {
        return Conv2dGradInput.class;
    }

    @Override
    public boolean accepts(Conv2dGradInput op, List<Tensor> inputs) {
        return inputs.get(0).size() > 0 && inputs.get(1).size() > 0;
    }

    @Override
    public void run(Conv2dGradInput op, Call call) {
        Tensor kernel = call.in(0);
        int o = kernel.dim(0);
        int c = kernel.dim(1);
        Patches patches = new Patches(op.conv(), c, op.h(), op.w(), kernel.dim(2), kernel.dim(3));
        int depth = patches.depth();
        int rows = patches.outRows();
        int q = patches.outCols();
        int step = patches.rowsAtOnce();
        long size = (long) c * op.h() * op.w();
        Floats weight = call.dense(0);
        Floats gy = call.dense(1);
        Floats gx = call.result(0);
        gx.data().asSlice(gx.base(), 4 * call.out(0).size()).fill((byte) 0);
        Operand left = Operand.ofColumns(weight.data(), weight.base(), depth);
        int images = call.in(1).dim(0);
        call.pool().splitIf(images >= call.pool().size(), images, (from, to) -> {
            try (Scratch own = Scratch.borrow()) {
                for (int b = from; b < to; b++) {
                    for (int p = 0; p < rows; p += step) {
                        int p0 = p;
                        int p1 = Math.min(rows, p0 + step);
                        int pixels = (p1 - p0) * q;
                        long start = b * size;
                        MemorySegment matrix = own.segment(2, (long) depth * pixels);
                        long grad = gy.at(((long) b * o * rows + p0) * q);
                        Operand right = Operand.ofColumns(gy.data(), grad, (long) rows * q);
                        Product product = Product.set(matrix, 0, pixels);
                        Gemm.BEST.multiply(call.pool(), depth, pixels, o, left, right, product);
                        // Channels are apart; within one, the kernel's places overlap.
                        call.pool().split(c, (c0, c1) -> {
                            for (int d = c0 * (depth / c); d < c1 * (depth / c); d++) {
                                patches.gather(matrix, d, p0, p1, gx, start);
                            }
                        });
                    }
                }
            }
        });
    }
}
