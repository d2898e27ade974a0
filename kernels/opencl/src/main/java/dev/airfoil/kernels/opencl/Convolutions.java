package dev.airfoil.kernels.opencl;

import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.Conv2d;
import dev.airfoil.tensor.ops.Conv2dGradInput;
import dev.airfoil.tensor.ops.Conv2dGradWeight;
import java.util.List;
import java.util.Locale;

/** {@link Conv2d} and its gradients: {@code conv2d.cl}, one work-item (or group of 64) an element of the result. */
final class Convolutions {
    private Convolutions() {}

    private static Launch launch(ClBackend cl, String kernel, Conv2d conv, Tensor weight, Tensor x) {
        String options = String.format(
                Locale.ROOT,
                "-DSTRIDE=%d -DTOP=%d -DLEFT=%d -DKH=%d -DKW=%d%s",
                conv.stride(),
                conv.top(),
                conv.left(),
                weight.dim(2),
                weight.dim(3),
                Stored.as(x));
        return cl.launch("conv2d", kernel, options);
    }

    /** The sizes that all three kernels take: of the image, then of the output. */
    private static Launch sizes(Launch launch, Tensor x, Tensor y) {
        return launch.number(x.dim(1))
                .number(x.dim(2))
                .number(x.dim(3))
                .number(y.dim(1))
                .number(y.dim(2))
                .number(y.dim(3));
    }

    static final class Forward implements ClKernel<Conv2d> {
        @Override
        public Class<Conv2d> op() {
            return Conv2d.class;
        }

        @Override
        public void run(ClBackend cl, Conv2d op, List<Tensor> in, List<Tensor> out) {
            Tensor x = cl.dense(in.get(0));
            Tensor weight = cl.dense(in.get(1));
            Tensor y = out.getFirst();
            Launch launch = launch(cl, "conv2d", op, weight, x)
                    .tensors(List.of(x, weight, y))
                    .number(y.size());
            sizes(launch, x, y).items(y.size());
        }
    }

    static final class GradInput implements ClKernel<Conv2dGradInput> {
        @Override
        public Class<Conv2dGradInput> op() {
            return Conv2dGradInput.class;
        }

        @Override
        public void run(ClBackend cl, Conv2dGradInput op, List<Tensor> in, List<Tensor> out) {
            Tensor weight = cl.dense(in.get(0));
            Tensor gy = cl.dense(in.get(1));
            Tensor gx = out.getFirst();
            Launch launch = launch(cl, "conv2d_grad_input", op.conv(), weight, gy)
                    .tensors(List.of(weight, gy, gx))
                    .number(gx.size());
            sizes(launch, gx, gy).items(gx.size());
        }
    }

    static final class GradWeight implements ClKernel<Conv2dGradWeight> {
        @Override
        public Class<Conv2dGradWeight> op() {
            return Conv2dGradWeight.class;
        }

        @Override
        public void run(ClBackend cl, Conv2dGradWeight op, List<Tensor> in, List<Tensor> out) {
            Tensor x = cl.dense(in.get(0));
            Tensor gy = cl.dense(in.get(1));
            Tensor gweight = out.getFirst();
            Launch launch = launch(cl, "conv2d_grad_weight", op.conv(), gweight, x)
                    .tensors(List.of(x, gy, gweight))
                    .number(x.dim(0));
            sizes(launch, x, gy).groups(64, gweight.size(), 1, 1);
        }
    }
}
