package dev.airfoil.kernels.opencl;

import dev.airfoil.kernels.opencl.Patches.Direction;
import dev.airfoil.tensor.DType;
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

    static void gradInput(ClBackend cl, long room, Conv2d conv, Tensor weight, Tensor gy, Tensor gx) {
        new Patches(conv, Direction.BACKWARDS, cl.dense(gy), weight.dim(2), weight.dim(3), gx.dim(2), gx.dim(3))
                .times(cl, room, matrix(cl, turned(weight)), gx);
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
        return Patches.shaped(cl.dense(t), t.dim(0), t.dim(1) * t.dim(2) * t.dim(3));
    }

    static final class Forward implements ClKernel<Conv2d> {
        @Override
        public Class<Conv2d> op() {
            return Conv2d.class;
        }

        @Override
        public void run(ClBackend cl, Conv2d op, List<Tensor> in, List<Tensor> out) {
            Tensor x = in.getFirst();
            forward(cl, room(cl, x.dtype()), op, x, in.getLast(), out.getFirst());
        }
    }

    static final class GradInput implements ClKernel<Conv2dGradInput> {
        @Override
        public Class<Conv2dGradInput> op() {
            return Conv2dGradInput.class;
        }

        @Override
        public void run(ClBackend cl, Conv2dGradInput op, List<Tensor> in, List<Tensor> out) {
            Tensor gy = in.getLast();
            gradInput(cl, room(cl, gy.dtype()), op.conv(), in.getFirst(), gy, out.getFirst());
        }
    }

    static final class GradWeight implements ClKernel<Conv2dGradWeight> {
        @Override
        public Class<Conv2dGradWeight> op() {
            return Conv2dGradWeight.class;
        }

        @Override
        public void run(ClBackend cl, Conv2dGradWeight op, List<Tensor> in, List<Tensor> out) {
            Tensor x = in.getFirst();
            gradWeight(cl, room(cl, x.dtype()), op.conv(), x, in.getLast(), out.getFirst());
        }
    }
}
