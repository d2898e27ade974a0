package dev.airfoil.kernels.opencl;

import static dev.airfoil.kernels.opencl.Agreement.half;
import static dev.airfoil.kernels.opencl.Agreement.x;

import dev.airfoil.tensor.Op;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.Conv2d;
import dev.airfoil.tensor.ops.Conv2dGradInput;
import dev.airfoil.tensor.ops.Conv2dGradWeight;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** The convolutions of {@link Agreement}. */
final class ConvolutionCases {
    private final List<Agreement.Case> cases = new ArrayList<>();

    private ConvolutionCases() {}

    static List<Agreement.Case> all() {
        ConvolutionCases c = new ConvolutionCases();
        c.convolutions();
        return c.cases;
    }

    private void add(String name, Op op, double tolerance, Supplier<List<Tensor>> inputs) {
        cases.add(new Agreement.Case(name, op, inputs, tolerance));
    }

    private void convolutions() {
        for (Conv2d conv :
                List.of(Conv2d.of(1, 1), Conv2d.of(2, 1), new Conv2d(2, 0, 0, 1, 1), new Conv2d(3, 2, 0, 1, 4))) {
            int p = conv.outRows(9, 3);
            int q = conv.outCols(7, 3);
            add("conv2d " + conv, conv, 1e-6, () -> List.of(x(1, 2, 5, 9, 7), x(2, 4, 5, 3, 3)));
            add(
                    "conv2dGradInput " + conv,
                    new Conv2dGradInput(conv, 9, 7),
                    1e-6,
                    () -> List.of(x(1, 4, 5, 3, 3), x(2, 2, 4, p, q)));
            add(
                    "conv2dGradWeight " + conv,
                    new Conv2dGradWeight(conv, 3, 3),
                    1e-6,
                    () -> List.of(x(1, 2, 5, 9, 7), x(2, 2, 4, p, q)));
        }
        Conv2d conv = Conv2d.of(1, 1); // several tiles, and sums over pixels in parts
        add("conv2d tiles", conv, 1e-6, () -> List.of(x(1, 2, 70, 24, 28), x(2, 66, 70, 3, 3)));
        add(
                "conv2dGradInput tiles",
                new Conv2dGradInput(conv, 24, 28),
                1e-6,
                () -> List.of(x(1, 66, 70, 3, 3), x(2, 2, 66, 24, 28)));
        add(
                "conv2dGradWeight tiles",
                new Conv2dGradWeight(conv, 3, 3),
                1e-6,
                () -> List.of(x(1, 2, 70, 24, 28), x(2, 2, 66, 24, 28)));
        for (int[] s : new int[][] {{64, 6, 64}, {64, 8, 32}, {128, 16, 8}, {64, 3, 128}}) { // blocks of 64 pixels
            int c = s[0];
            int h = s[1];
            int w = s[2];
            String size = " bf16 " + c + "x" + h + "x" + w;
            add("conv2d" + size, conv, 4e-3, () -> List.of(half(x(1, 2, c, h, w)), half(x(2, 10, c, 3, 3))));
            add(
                    "conv2dGradInput" + size,
                    new Conv2dGradInput(conv, h, w),
                    4e-3,
                    () -> List.of(half(x(1, c, 10, 3, 3)), half(x(2, 2, c, h, w))));
            add(
                    "conv2dGradWeight" + size,
                    new Conv2dGradWeight(conv, 3, 3),
                    1e-5,
                    () -> List.of(half(x(1, 2, c, h, w)), half(x(2, 2, 10, h, w))));
        }
        Conv2d sparse = Conv2d.of(2, 0); // half the rows and columns go nowhere
        add(
                "conv2dGradInput 1x1 stride 2",
                new Conv2dGradInput(sparse, 6, 5),
                1e-6,
                () -> List.of(x(1, 9, 17, 1, 1), x(2, 3, 9, 3, 3)));
        Conv2d half = Conv2d.of(2, 1);
        add(
                "conv2dGradInput bf16 stride 2",
                new Conv2dGradInput(half, 16, 128),
                4e-3,
                () -> List.of(half(x(1, 64, 10, 3, 3)), half(x(2, 2, 64, 8, 64))));
        Conv2d one = Conv2d.of(1, 0);
        add("conv2d 1x1", one, 1e-6, () -> List.of(x(1, 3, 17, 6, 5), x(2, 9, 17, 1, 1)));
        add(
                "conv2dGradInput 1x1",
                new Conv2dGradInput(one, 6, 5),
                1e-6,
                () -> List.of(x(1, 9, 17, 1, 1), x(2, 3, 9, 6, 5)));
        add(
                "conv2dGradWeight 1x1",
                new Conv2dGradWeight(one, 1, 1),
                1e-6,
                () -> List.of(x(1, 3, 17, 6, 5), x(2, 3, 9, 6, 5)));
    }
}
