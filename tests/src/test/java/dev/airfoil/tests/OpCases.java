package dev.airfoil.tests;

import static dev.airfoil.tests.OpCase.Arg.bytes;
import static dev.airfoil.tests.OpCase.Arg.constant;
import static dev.airfoil.tests.OpCase.Arg.ids;
import static dev.airfoil.tests.OpCase.Arg.mask;
import static dev.airfoil.tests.OpCase.Arg.narrow;
import static dev.airfoil.tests.OpCase.Arg.normal;
import static dev.airfoil.tests.OpCase.Arg.parameter;
import static dev.airfoil.tests.OpCase.Arg.positive;
import static dev.airfoil.tests.OpCase.Arg.statistic;
import static dev.airfoil.tests.OpCase.of;

import dev.airfoil.tensor.DType;
import dev.airfoil.tensor.Shape;
import dev.airfoil.tensor.TensorSpec;
import dev.airfoil.tensor.ops.*;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * The catalogue: one line an op. Each line is tried on every backend present, in several sizes (1, primes, both sides of
 * the vector widths) and placements, and its gradient is held against the derived one and finite differences.
 */
final class OpCases {
    /** Widths of rows: 1, primes, around 8, 16, 32, 48 and 64 lanes. */
    private static final int[] WIDTHS = {1, 2, 7, 8, 13, 16, 17, 33, 48, 67};

    /** Widths of heads. */
    private static final int[] HEADS = {2, 4, 8, 16, 20, 64, 128};

    private OpCases() {}

    /** All cases in F32. */
    static List<OpCase> all() {
        return cases(WIDTHS, HEADS);
    }

    /** Cases of the op with activations stored in half the width: fewer sizes, as every type is a kernel to build. */
    static List<OpCase> half() {
        return cases(new int[] {1, 7, 16, 33}, new int[] {4, 20, 64}).stream()
                .filter(OpCase::hasStorage)
                .flatMap(c -> Stream.of(c.in(DType.BF16), c.in(DType.F16)))
                .toList();
    }

    private static List<OpCase> cases(int[] widths, int[] heads) {
        List<OpCase> cases = new ArrayList<>();
        for (int d : widths) {
            int n = 1 + d % 5;
            for (Unary.Fn fn : Unary.Fn.values()) {
                cases.add(of(new Unary(fn), positive(n, d)));
            }
            for (Binary.Fn fn : Binary.Fn.values()) {
                cases.add(of(new Binary(fn), normal(n, d), positive(n, d)));
            }
            for (Activation.Fn fn : Activation.Fn.values()) {
                cases.add(of(new Activation(fn), normal(n, d)));
                cases.add(of(new ActivationGrad(fn), normal(n, d), normal(n, d)));
            }
            for (Compare.Fn fn : Compare.Fn.values()) {
                cases.add(of(new Compare(fn), normal(n, d), normal(n, d)));
            }
            cases.add(of(new Affine(1.5f, -0.25f), normal(n, d)));
            cases.add(of(new Lerp(0.3f), normal(n, d), normal(n, d)));
            cases.add(of(new Copy(), normal(n, 2, d)));
            cases.add(of(new Cast(DType.BF16), normal(n, d)));
            cases.add(of(new Cast(DType.F16), normal(n, d)));
            cases.add(of(new Cast(DType.I32), normal(n, d)));
            cases.add(of(new Fill(TensorSpec.f32(n, d), 2.5)));
            cases.add(of(new Random(Random.Distribution.NORMAL, 3, 5, Shape.of(n, d))));
            cases.add(of(new Random(Random.Distribution.UNIFORM, 3, 5, Shape.of(n, d))));
            cases.add(of(new Sum(List.of(0)), normal(n, 3, d)));
            cases.add(of(new Sum(List.of(2)), normal(n, 3, d)));
            cases.add(of(new Sum(List.of(1), Rounding.NONE), normal(n, 3, d)));
            cases.add(of(new Sum(List.of(0, 2)), normal(n, 3, d)));
            cases.add(of(new Sum(List.of(0, 1, 2)), positive(n, 3, d)));
            cases.add(of(new Max(0), normal(n, d)));
            cases.add(of(new Max(1), normal(n, d)));
            cases.add(of(new Concat(1), normal(n, d, 3), normal(n, 2, 3)));
            cases.add(of(new Concat(0), normal(n, d), normal(1, d)));
            cases.add(of(new Pad(1, 2, 1), normal(n, d)));
            cases.add(of(new Gather(), normal(OpCase.ROWS, d), ids(2, n)));
            cases.add(of(new ScatterAdd(OpCase.ROWS), ids(2, n), normal(2, n, d)));
            cases.add(of(new Softmax(), normal(n, 2, d)));
            cases.add(of(new SoftmaxGrad(), normal(n, 2, d), normal(n, 2, d)));
            cases.add(of(new TimeFeatures(2 * d), positive(n)));
            cases.addAll(products(n, d));
            cases.addAll(optimizers(n, d));
            if (d > 2) { // one number has no variance, and two always normalise to -1 and 1
                cases.addAll(norms(n, d));
            }
        }
        for (int e : heads) {
            cases.addAll(attention(e));
        }
        cases.addAll(convolutions());
        return cases;
    }

    private static List<OpCase> products(int n, int d) {
        return List.of(
                of(new MatMul(), normal(n, d), normal(d, 5)),
                of(new MatMul(), normal(d, n), normal(n, d)),
                of(new MatMul(), normal(2, 3, n, d), normal(2, 3, d, 4)),
                of(new MatMul(Rounding.NONE), normal(d, n), normal(n, 9)),
                of(new Linear(Activation.Fn.NONE), normal(2, n, d), normal(9, d), parameter(9)),
                of(new Linear(Activation.Fn.NONE), normal(n, 3), normal(d, 3)),
                of(new Linear(Activation.Fn.GELU_TANH), normal(2, n, 11), normal(d, 11), parameter(d)),
                of(new Linear(Activation.Fn.GELU), normal(n, 4), normal(d, 4), parameter(d)),
                of(new Linear(Activation.Fn.SILU), normal(n, d), normal(3, d), parameter(3)),
                of(new Linear(Activation.Fn.NONE), normal(n, d), narrow(19, d), parameter(19)),
                of(new Linear(Activation.Fn.SILU), normal(n, 12), narrow(d, 12)),
                of(new LinearQ8(Activation.Fn.NONE), normal(n, d), bytes(19, d), statistic(19), parameter(19)),
                of(new LinearQ8(Activation.Fn.SILU), normal(n, 12), bytes(d, 12), statistic(d)));
    }

    private static List<OpCase> norms(int n, int d) {
        float eps = 1e-2f; // large enough to be seen
        return List.of(
                of(new LayerNorm(eps), normal(2, n, d), parameter(d), parameter(d)),
                of(new LayerNormGrad(eps), normal(2, n, d), parameter(d), normal(2, n, d)),
                of(new RmsNorm(eps), normal(2, n, d), parameter(d)),
                of(new RmsNormGrad(eps), normal(2, n, d), parameter(d), normal(2, n, d)),
                of(new GroupNorm(2, eps, Activation.Fn.NONE), normal(2, 4, n, d), parameter(4), parameter(4)),
                of(new GroupNorm(2, eps, Activation.Fn.SILU), normal(2, 4, n, d), parameter(4), parameter(4)),
                of(new GroupNormGrad(2, eps), normal(2, 4, n, d), parameter(4), normal(2, 4, n, d)),
                of(new AdaLnModulate(0, eps), normal(2, n, d), parameter(2, 1, d), parameter(2, 1, d)),
                of(new AdaLnModulate(1, eps), normal(2, n, d), parameter(2, 2, d), parameter(2, 2, d)),
                of(new AdaLnModulateGrad(0, eps), normal(2, n, d), parameter(2, 1, d), normal(2, n, d)),
                of(new AdaLnModulateGrad(1, eps), normal(2, n, d), parameter(2, 2, d), normal(2, n, d)),
                of(new GatedResidual(0, GatedResidual.Norm.NONE), normal(2, n, d), normal(2, n, d), parameter(2, 1, d)),
                of(
                        new GatedResidual(1, GatedResidual.Norm.LAYER),
                        normal(2, n, d),
                        normal(2, n, d),
                        parameter(2, 2, d)),
                of(
                        new GatedResidualGrad(0, GatedResidual.Norm.NONE),
                        normal(2, n, d),
                        parameter(2, 1, d),
                        normal(2, n, d)),
                of(
                        new GatedResidualGrad(1, GatedResidual.Norm.LAYER),
                        normal(2, n, d),
                        parameter(2, 2, d),
                        normal(2, n, d)));
    }

    private static List<OpCase> attention(int e) {
        List<OpCase> cases = new ArrayList<>();
        float scale = (float) (1 / Math.sqrt(e));
        for (Attention.Direction direction : Attention.Direction.values()) {
            Attention op = new Attention(scale, direction);
            for (int n : new int[] {1, 5, 17, 50}) {
                OpCase.Arg q = normal(2, 3, n, e);
                OpCase.Arg o = normal(2, n, 3, e);
                cases.add(of(op, q, q, q));
                cases.add(of(op, q, q, q, mask(2, n)));
                cases.add(of(new AttentionGrad(op), q, q, q, o, statistic(2, 3, n), o));
                cases.add(of(new AttentionGrad(op), q, q, q, o, statistic(2, 3, n), o, mask(2, n)));
            }
            OpCase.Arg q = normal(2, 2, 9, e);
            OpCase.Arg k = normal(2, 2, 23, e);
            OpCase.Arg o = normal(2, 9, 2, e);
            cases.add(of(op, q, k, k));
            cases.add(of(op, q, k, k, mask(2, 23)));
            cases.add(of(new AttentionGrad(op), q, k, k, o, statistic(2, 2, 9), o));
        }
        for (int n : new int[] {1, 6, 19}) {
            OpCase.Arg qkv = normal(2, n, 3, 2, e);
            OpCase.Arg table = constant(n, e / 2);
            OpCase.Arg head = normal(2, 2, n, e);
            cases.add(of(new QkNormRope(1e-2f), qkv, parameter(e), parameter(e), table, table));
            cases.add(of(new QkNormRopeGrad(1e-2f), qkv, parameter(e), parameter(e), table, table, head, head, head));
        }
        return cases;
    }

    private static List<OpCase> convolutions() {
        List<OpCase> cases = new ArrayList<>();
        for (int c : new int[] {1, 3, 16}) {
            for (Conv2d conv : Arrays.asList(Conv2d.of(1, 1), Conv2d.of(2, 1), new Conv2d(2, 0, 0, 1, 1))) {
                int h = 7;
                int w = 10;
                OpCase.Arg x = normal(2, c, h, w);
                OpCase.Arg weight = normal(5, c, 3, 3);
                OpCase.Arg y = normal(2, 5, conv.outRows(h, 3), conv.outCols(w, 3));
                cases.add(of(conv, x, weight));
                cases.add(of(new Conv2dGradInput(conv, h, w), weight, y));
                cases.add(of(new Conv2dGradWeight(conv, 3, 3), x, y));
            }
            Conv2d one = Conv2d.of(1, 0);
            cases.add(of(one, normal(2, c, 4, 9), normal(3, c, 1, 1)));
            cases.add(of(new Conv2dGradInput(one, 4, 9), normal(3, c, 1, 1), normal(2, 3, 4, 9)));
            cases.add(of(new Conv2dGradWeight(one, 1, 1), normal(2, c, 4, 9), normal(2, 3, 4, 9)));
        }
        return cases;
    }

    private static List<OpCase> optimizers(int n, int d) {
        List<OpCase> cases = new ArrayList<>();
        OpCase.Arg p = normal(n, d);
        cases.add(of(new AdamWUpdate(0.01, 0.9, 0.99, 1e-8, 0.05, 3), p, p, p, positive(n, d)));
        for (double beta1 : new double[] {0, 0.9}) {
            AdafactorUpdate full = new AdafactorUpdate(AdafactorUpdate.Moment.FULL, 0.01, beta1, 0.99, 1e-30, 1);
            AdafactorUpdate factored =
                    new AdafactorUpdate(AdafactorUpdate.Moment.FACTORED, 0.01, beta1, 0.99, 1e-30, 1);
            cases.add(beta1 > 0 ? of(full, p, p, positive(n, d), p) : of(full, p, p, positive(n, d)));
            cases.add(
                    beta1 > 0
                            ? of(factored, p, p, positive(n), positive(d), p)
                            : of(factored, p, p, positive(n), positive(d)));
        }
        return cases;
    }
}
