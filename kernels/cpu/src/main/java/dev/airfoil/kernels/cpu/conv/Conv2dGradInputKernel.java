package dev.airfoil.kernels.cpu.conv;

import dev.airfoil.kernels.cpu.Call;
import dev.airfoil.kernels.cpu.CpuKernel;
import dev.airfoil.kernels.cpu.Floats;
import dev.airfoil.kernels.cpu.Scratch;
import dev.airfoil.kernels.cpu.moves.StridedCopy;
import dev.airfoil.tensor.Layout;
import dev.airfoil.tensor.Shape;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.Conv2d;
import dev.airfoil.tensor.ops.Conv2dGradInput;
import java.util.List;

/**
 * The gradient of an image is a {@link Convolution} of gy with the kernel turned by half a turn. With stride s, pixels
 * whose row and column leave the same remainders have met the same weights, every s-th of the kernel's: such a phase is a
 * convolution of stride 1 with these.
 *
 * <pre>
 * 3 x 3, stride 2, padding 1:   rows 0 2 4 ..  met row 1 of the kernel,   rows 1 3 5 ..  its rows 0 and 2
 * </pre>
 */
public final class Conv2dGradInputKernel implements CpuKernel<Conv2dGradInput> {
    private static final int PHASE_SLOT = 2;

    @Override
    public boolean accepts(Conv2dGradInput op, List<Tensor> inputs) {
        return inputs.get(0).size() > 0 && inputs.get(1).size() > 0;
    }

    /** The rows, or columns, of one remainder: how many, what they have met of the kernel, and where in gy they begin. */
    private record Phase(int count, int first, int taps, int before) {
        /** Those of remainder {@code u} among {@code n}, for a kernel of {@code taps}. */
        static Phase of(int u, int stride, int n, int padding, int taps) {
            int first = (u + padding) % stride;
            int met = Math.max(0, (taps - first + stride - 1) / stride);
            return new Phase((n - u + stride - 1) / stride, first, met, met - 1 - (u + padding) / stride);
        }

        /** The last of the kernel's rows or columns, which is the first of the turned one. */
        int last(int stride) {
            return first + (taps - 1) * stride;
        }
    }

    @Override
    public void run(Conv2dGradInput op, Call call) {
        Conv2d conv = op.conv();
        int s = conv.stride();
        Tensor weight = call.in(0);
        Floats gx = call.result(0);
        int planes = call.in(1).dim(0) * weight.dim(1);
        try (Scratch own = Scratch.borrow()) {
            for (int u = 0; u < Math.min(s, op.h()); u++) {
                Phase down = Phase.of(u, s, op.h(), conv.top(), weight.dim(2));
                for (int v = 0; v < Math.min(s, op.w()); v++) {
                    Phase across = Phase.of(v, s, op.w(), conv.left(), weight.dim(3));
                    Shape shape = Shape.of(planes, down.count, across.count);
                    Floats pixels = s == 1 ? gx : new Floats(own.segment(PHASE_SLOT, shape.size()), 0);
                    phase(call, s, down, across, pixels);
                    if (s > 1) {
                        Floats first = new Floats(gx.data(), gx.at((long) u * op.w() + v));
                        long[] apart = {(long) op.h() * op.w(), (long) s * op.w(), s};
                        Layout spread = new Layout(shape, apart, 0);
                        StridedCopy.run(call.pool(), pixels, Layout.contiguous(shape), first, spread);
                    }
                }
            }
        }
    }

    /** One phase to {@code to [b c rows columns]}. */
    private static void phase(Call call, int stride, Phase down, Phase across, Floats to) {
        Tensor weight = call.in(0);
        Tensor gy = call.in(1);
        int c = weight.dim(1);
        if (down.taps == 0 || across.taps == 0) {
            to.data()
                    .asSlice(to.base(), 4L * gy.dim(0) * c * down.count * across.count)
                    .fill((byte) 0);
            return;
        }
        Weights w = Weights.of(call.dense(0), weight);
        Weights turned = new Weights(
                w.data(),
                w.base() + down.last(stride) * w.down() + across.last(stride) * w.across(),
                c,
                w.input(),
                w.output(),
                -stride * w.down(),
                -stride * w.across());
        Window window = new Window(
                gy.dim(1),
                gy.dim(2),
                gy.dim(3),
                down.taps,
                across.taps,
                1,
                down.before,
                across.before,
                down.count,
                across.count);
        Convolution.run(call, window, gy.dim(0), turned, call.dense(1), to);
    }
}
