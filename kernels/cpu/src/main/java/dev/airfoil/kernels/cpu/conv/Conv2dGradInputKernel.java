package dev.airfoil.kernels.cpu.conv;

import dev.airfoil.kernels.cpu.Call;
import dev.airfoil.kernels.cpu.CpuKernel;
import dev.airfoil.kernels.cpu.Floats;
import dev.airfoil.kernels.cpu.Scratch;
import dev.airfoil.kernels.cpu.gemm.Operand;
import dev.airfoil.kernels.cpu.gemm.Product;
import dev.airfoil.kernels.cpu.vector.Lanes;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.Conv2d;
import dev.airfoil.tensor.ops.Conv2dGradInput;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * With stride 1, gx is the convolution of gy with the kernel turned by half a turn. With larger strides most of what that
 * reads would be zeros: there {@code patches[c i j][pixels] = weight[o][c i j]^T gy[o][pixels]}, some output rows at a
 * time, and every patch is added to its place.
 */
public final class Conv2dGradInputKernel implements CpuKernel<Conv2dGradInput> {
    /** Floats of patches at a time: what a cache holds. */
    private static final int MOST = 1 << 19;

    private static final int SLOT = 2;

    @Override
    public boolean accepts(Conv2dGradInput op, List<Tensor> inputs) {
        return inputs.get(0).size() > 0 && inputs.get(1).size() > 0;
    }

    @Override
    public void run(Conv2dGradInput op, Call call) {
        Conv2d conv = op.conv();
        int i = call.in(0).dim(2);
        int j = call.in(0).dim(3);
        boolean inside = Math.max(conv.top(), conv.bottom()) < i && Math.max(conv.left(), conv.right()) < j;
        if (conv.stride() == 1 && inside) {
            turned(op, call, i, j);
        } else {
            scattered(op, call, i, j);
        }
    }

    private static void turned(Conv2dGradInput op, Call call, int i, int j) {
        Conv2d conv = op.conv();
        int o = call.in(0).dim(0);
        int c = call.in(0).dim(1);
        Conv2d back =
                new Conv2d(1, i - 1 - conv.top(), j - 1 - conv.left(), i - 1 - conv.bottom(), j - 1 - conv.right());
        Tensor gy = call.in(1);
        Patches patches = new Patches(back, o, gy.dim(2), gy.dim(3), i, j);
        try (Scratch own = Scratch.borrow()) {
            Floats weight = new Floats(own.segment(SLOT, (long) c * patches.depth()), 0);
            Floats given = call.dense(0);
            int taps = i * j;
            call.pool().split(c, (from, to) -> {
                for (int channel = from; channel < to; channel++) {
                    for (int p = 0; p < patches.depth(); p++) {
                        int tap = taps - 1 - p % taps;
                        long source = given.at(((long) (p / taps) * c + channel) * taps + tap);
                        Lanes.set(weight.data(), 4L * (channel * patches.depth() + p), Lanes.get(given.data(), source));
                    }
                }
            });
            Conv2dKernel.convolve(call, patches, gy.dim(0), c, weight, call.dense(1), call.result(0));
        }
    }

    /** Images in parallel, or the parts of one; an image's bands of rows overlap, so they follow each other. */
    private static void scattered(Conv2dGradInput op, Call call, int i, int j) {
        int o = call.in(0).dim(0);
        int c = call.in(0).dim(1);
        Patches patches = new Patches(op.conv(), c, op.h(), op.w(), i, j);
        int depth = patches.depth();
        int rows = patches.outRows();
        int q = patches.outCols();
        int step = Math.clamp(MOST / Math.max(1, (long) depth * q), 1, Math.max(1, rows));
        Floats weight = call.dense(0);
        Floats gy = call.dense(1);
        Floats gx = call.result(0);
        gx.data().asSlice(gx.base(), 4 * call.out(0).size()).fill((byte) 0);
        Operand left = Operand.ofColumns(weight.data(), weight.base(), depth);
        int images = call.in(1).dim(0);
        call.pool().splitIf(images >= call.pool().size(), images, (from, to) -> {
            try (Scratch own = Scratch.borrow()) {
                for (int b = from; b < to; b++) {
                    Floats image = new Floats(gx.data(), gx.at(b * patches.image()));
                    for (int p = 0; p < rows; p += step) {
                        int p0 = p;
                        int p1 = Math.min(rows, p0 + step);
                        int pixels = (p1 - p0) * q;
                        MemorySegment matrix = own.segment(SLOT, (long) depth * pixels);
                        long grad = gy.at(((long) b * o * rows + p0) * q);
                        Operand right = Operand.ofColumns(gy.data(), grad, (long) rows * q);
                        Product product = Product.set(matrix, 0, pixels);
                        call.choice().gemm().multiply(call.pool(), depth, pixels, o, left, right, product);
                        // Channels are apart; within one, the kernel's places overlap.
                        call.pool().split(c, (c0, c1) -> {
                            for (int d = c0 * (depth / c); d < c1 * (depth / c); d++) {
                                patches.gather(matrix, d, p0, p1, image);
                            }
                        });
                    }
                }
            }
        });
    }
}
