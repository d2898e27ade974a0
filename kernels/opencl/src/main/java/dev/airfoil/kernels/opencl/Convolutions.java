package dev.airfoil.kernels.opencl;

import dev.airfoil.kernels.opencl.Patches.Direction;
import dev.airfoil.tensor.DType;
import dev.airfoil.tensor.Layout;
import dev.airfoil.tensor.Shape;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.Conv2d;
import dev.airfoil.tensor.ops.Conv2dGradInput;
import dev.airfoil.tensor.ops.Conv2dGradWeight;
import java.util.List;

/** {@link Conv2d} and its gradients, each a product of a matrix with {@link Patches}. */
final class Convolutions {
    private Convolutions() {}

    /** Bytes of patches at a time where they must be in memory. */
    private static long room(ClBackend cl, DType dtype) {
        return cl.tensorCores(dtype) ? 256L << 20 : 0;
    }

    static void forward(ClBackend cl, long room, Conv2d conv, Tensor x, Tensor weight, Tensor y) {
        new Patches(conv, Direction.FORWARDS, cl.dense(x), weight.dim(2), weight.dim(3), y.dim(2), y.dim(3))
                .times(cl, room, matrix(cl, weight), y);
    }

    /**
     * Of pixels that lie the stride apart all saw the same places of the kernel. So what they gave to the output is a
     * convolution of stride 1 with these places, and each such set of pixels is found on its own.
     */
    static void gradInput(ClBackend cl, long room, Conv2d conv, Tensor weight, Tensor gy, Tensor gx) {
        int stride = conv.stride();
        if (Math.min(weight.dim(2), weight.dim(3)) < stride) {
            Copies.fill(cl, gx, 0); // some saw nothing
        }
        Tensor dense = cl.dense(gy);
        for (int row = 0; row < Math.min(stride, gx.dim(2)); row++) {
            for (int col = 0; col < Math.min(stride, gx.dim(3)); col++) {
                Tensor pixels = every(stride, gx, row, col);
                int top = row + conv.top();
                int left = col + conv.left();
                if (top % stride < weight.dim(2) && left % stride < weight.dim(3)) {
                    Tensor places = every(stride, weight, top % stride, left % stride);
                    Conv2d near = new Conv2d(1, top / stride, left / stride, 0, 0);
                    gradInput(cl, room, near, places, dense, pixels, gx);
                }
            }
        }
    }

    /** Of stride 1, to {@code pixels}, which are all or some of {@code gx}. */
    private static void gradInput(
            ClBackend cl, long room, Conv2d conv, Tensor weight, Tensor gy, Tensor pixels, Tensor gx) {
        Patches patches =
                new Patches(conv, Direction.BACKWARDS, gy, weight.dim(2), weight.dim(3), pixels.dim(2), pixels.dim(3));
        Tensor dense = pixels.layout().isContiguous() ? pixels : cl.scratch(pixels.spec());
        patches.times(cl, room, matrix(cl, turned(weight)), dense);
        if (dense != pixels) {
            Copies.copy(cl, dense, gx, pixels.layout());
        }
    }

    /** Every {@code step}-th element along the last two axes of {@code t}, from {@code row} and {@code col} on. */
    private static Tensor every(int step, Tensor t, int row, int col) {
        Layout l = t.layout();
        int rows = (t.dim(2) - row + step - 1) / step;
        int cols = (t.dim(3) - col + step - 1) / step;
        long[] strides = {l.stride(0), l.stride(1), l.stride(2) * step, l.stride(3) * step};
        long from = l.offset() + row * l.stride(2) + col * l.stride(3);
        return t.withLayout(new Layout(Shape.of(t.dim(0), t.dim(1), rows, cols), strides, from));
    }

    static void gradWeight(ClBackend cl, long room, Conv2d conv, Tensor x, Tensor gy, Tensor gweight) {
        new Patches(conv, Direction.FORWARDS, cl.dense(x), gweight.dim(2), gweight.dim(3), gy.dim(2), gy.dim(3))
                .timesTransposed(cl, room, matrix(cl, turned(gy)), gweight);
    }

    /** {@code [a b c d]} to {@code [b a c d]}. */
    private static Tensor turned(Tensor t) {
        return t.withLayout(t.layout().permute(1, 0, 2, 3));
    }

    /** {@code [a b c d]} to a dense {@code [a, b c d]}. */
    private static Tensor matrix(ClBackend cl, Tensor t) {
        int columns = Math.multiplyExact(t.dim(1), Math.multiplyExact(t.dim(2), t.dim(3)));
        return Patches.shaped(cl.dense(t), t.dim(0), columns);
    }

    static void forward(ClBackend cl, Conv2d op, List<Tensor> in, List<Tensor> out) {
        Tensor x = in.getFirst();
        forward(cl, room(cl, x.dtype()), op, x, in.getLast(), out.getFirst());
    }

    static void gradInput(ClBackend cl, Conv2dGradInput op, List<Tensor> in, List<Tensor> out) {
        Tensor gy = in.getLast();
        gradInput(cl, room(cl, gy.dtype()), op.conv(), in.getFirst(), gy, out.getFirst());
    }

    static void gradWeight(ClBackend cl, Conv2dGradWeight op, List<Tensor> in, List<Tensor> out) {
        Tensor x = in.getFirst();
        gradWeight(cl, room(cl, x.dtype()), op.conv(), x, in.getLast(), out.getFirst());
    }
}
