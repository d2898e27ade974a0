package dev.airfoil.kernels.cpu.conv;

import dev.airfoil.kernels.cpu.Call;
import dev.airfoil.kernels.cpu.CpuKernel;
import dev.airfoil.kernels.cpu.Floats;
import dev.airfoil.kernels.cpu.Scratch;
import dev.airfoil.kernels.cpu.gemm.Gemm;
import dev.airfoil.kernels.cpu.gemm.Operand;
import dev.airfoil.kernels.cpu.gemm.Product;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.Conv2d;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * {@code y[o][pixels] = weight[o][c i j] patches[c i j][pixels]} for bands of output rows of each image; bands in
 * parallel, or the product of each where there are few.
 */
public final class Conv2dKernel implements CpuKernel<Conv2d> {
    @Override
    public Class<Conv2d> op() {
        return Conv2d.class;
    }

    @Override
    public boolean accepts(Conv2d op, List<Tensor> inputs) {
        return inputs.get(0).size() > 0 && inputs.get(1).size() > 0;
    }

    @Override
    public void run(Conv2d op, Call call) {
        Tensor image = call.in(0);
        Tensor kernel = call.in(1);
        Patches patches = new Patches(op, image.dim(1), image.dim(2), image.dim(3), kernel.dim(2), kernel.dim(3));
        int o = kernel.dim(0);
        int depth = patches.depth();
        int rows = patches.outRows();
        int q = patches.outCols();
        int step = patches.rowsAtOnce();
        int bands = (rows + step - 1) / step;
        long size = (long) image.dim(1) * image.dim(2) * image.dim(3);
        Floats x = call.dense(0);
        Floats weight = call.dense(1);
        Floats y = call.result(0);
        Operand left = Operand.ofRows(weight.data(), weight.base(), depth);
        int tasks = image.dim(0) * bands;
        call.pool().splitIf(tasks >= call.pool().size(), tasks, (from, to) -> {
            try (Scratch own = Scratch.borrow()) {
                for (int t = from; t < to; t++) {
                    int p0 = t % bands * step;
                    int p1 = Math.min(rows, p0 + step);
                    int pixels = (p1 - p0) * q;
                    long start = t / bands * size;
                    Operand right;
                    if (patches.isImage()) {
                        right = Operand.ofColumns(x.data(), x.at(start + (long) p0 * q), (long) rows * q);
                    } else {
                        MemorySegment matrix = own.segment(2, (long) depth * pixels);
                        call.pool().split(depth, (d0, d1) -> {
                            for (int d = d0; d < d1; d++) {
                                patches.spread(x, start, d, p0, p1, matrix);
                            }
                        });
                        right = Operand.ofColumns(matrix, 0, pixels);
                    }
                    long target = y.at(((long) (t / bands) * o * rows + p0) * q);
                    Product product = Product.set(y.data(), target, rows * q);
                    Gemm.BEST.multiply(call.pool(), o, pixels, depth, left, right, product);
                }
            }
        });
    }
}
