package dev.airfoil.kernels.cpu.conv;

import dev.airfoil.kernels.cpu.Call;
import dev.airfoil.kernels.cpu.CpuKernel;
import dev.airfoil.kernels.cpu.Floats;
import dev.airfoil.kernels.cpu.Scratch;
import dev.airfoil.kernels.cpu.gemm.Epilogue;
import dev.airfoil.kernels.cpu.gemm.Gemm;
import dev.airfoil.kernels.cpu.gemm.Operand;
import dev.airfoil.kernels.cpu.gemm.Product;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.Conv2dGradWeight;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** {@code gw[o][c i j] += gy[o][pixels] patches[c i j][pixels]^T}, band after band, each product in parallel. */
public final class Conv2dGradWeightKernel implements CpuKernel<Conv2dGradWeight> {
    @Override
    public Class<Conv2dGradWeight> op() {
        return Conv2dGradWeight.class;
    }

    @Override
    public boolean accepts(Conv2dGradWeight op, List<Tensor> inputs) {
        return inputs.get(0).size() > 0 && inputs.get(1).size() > 0;
    }

    @Override
    public void run(Conv2dGradWeight op, Call call) {
        Tensor image = call.in(0);
        int o = call.in(1).dim(1);
        Patches patches = new Patches(op.conv(), image.dim(1), image.dim(2), image.dim(3), op.i(), op.j());
        int depth = patches.depth();
        int rows = patches.outRows();
        int q = patches.outCols();
        int step = patches.rowsAtOnce();
        long size = (long) image.dim(1) * image.dim(2) * image.dim(3);
        Floats x = call.dense(0);
        Floats gy = call.dense(1);
        Floats gw = call.result(0);
        gw.data().asSlice(gw.base(), 4L * o * depth).fill((byte) 0);
        Product sum = new Product(gw.data(), gw.base(), 4L * depth, Product.Mode.ADD, Epilogue.NONE);
        try (Scratch own = Scratch.borrow()) {
            for (int b = 0; b < image.dim(0); b++) {
                for (int p = 0; p < rows; p += step) {
                    int p0 = p;
                    int p1 = Math.min(rows, p0 + step);
                    int pixels = (p1 - p0) * q;
                    long start = b * size;
                    MemorySegment matrix = own.segment(2, (long) depth * pixels);
                    call.pool().split(depth, (d0, d1) -> {
                        for (int d = d0; d < d1; d++) {
                            patches.spread(x, start, d, p0, p1, matrix);
                        }
                    });
                    long grad = gy.at(((long) b * o * rows + p0) * q);
                    Operand left = Operand.ofRows(gy.data(), grad, (long) rows * q);
                    Operand right = Operand.ofRows(matrix, 0, pixels);
                    Gemm.BEST.multiply(call.pool(), o, depth, pixels, left, right, sum);
                }
            }
        }
    }
}
