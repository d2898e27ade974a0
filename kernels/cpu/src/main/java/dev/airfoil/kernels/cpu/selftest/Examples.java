package dev.airfoil.kernels.cpu.selftest;

import dev.airfoil.tensor.DType;
import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Shape;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.TensorSpec;
import dev.airfoil.tensor.ops.*;
import java.util.ArrayList;
import java.util.List;

/** Every kernel of the backend on typical work; a test holds that none is missing. Made on the current backend. */
final class Examples {
    private static final float EPS = 1e-6f;

    private Examples() {}

    /** What depends on the choice of tiles and nothing else: first a product, then attention. */
    static List<Example> ofTiles(Size s) {
        Attention attention = Attention.ofHeadWidth(s.e());
        Tensor x = s.heads();
        Tensor o = s.numbers(1, s.n(), s.h(), s.e());
        return List.of(
                Example.of(
                        new MatMul(),
                        s.tokens().reshape(s.n(), s.d()),
                        s.weight().transpose()),
                Example.of(attention, x, x, x),
                Example.of(new AttentionGrad(attention), x, x, x, o, s.numbers(1, s.h(), s.n()), o));
    }

    /** All others. */
    static List<Example> ofKernels(Size s) {
        List<Example> all = new ArrayList<>(products(s));
        all.addAll(rows(s));
        all.addAll(pointwise(s));
        all.addAll(moves(s));
        all.addAll(optimizers(s));
        return all;
    }

    private static List<Example> products(Size s) {
        Conv2d same = Conv2d.of(1, 1);
        Conv2d half = Conv2d.of(2, 1);
        Tensor smaller = s.numbers(1, s.c(), half.outRows(s.side(), 3), half.outCols(s.side(), 3));
        LinearQ8.Weight bytes = LinearQ8.Weight.of(s.weight());
        return List.of(
                Example.of(new Linear(Activation.Fn.GELU_TANH), s.tokens(), s.weight(), s.numbers(2 * s.e())),
                Example.of(new Linear(Activation.Fn.NONE), s.tokens(), F.cast(s.weight(), DType.BF16)),
                Example.of(new LinearQ8(Activation.Fn.NONE), s.tokens(), bytes.values(), bytes.scale()),
                Example.of(same, s.image(), s.kernel()),
                Example.of(new Conv2dGradInput(same, s.side(), s.side()), s.kernel(), s.image()),
                Example.of(new Conv2dGradInput(half, s.side(), s.side()), s.kernel(), smaller)
                        .costing(8), // more moving than multiplying
                Example.of(new Conv2dGradWeight(same, 3, 3), s.image(), s.image()));
    }

    private static List<Example> rows(Size s) {
        int split = s.n() / 4;
        GatedResidual.Norm norm = GatedResidual.Norm.LAYER;
        Tensor table = s.numbers(s.n(), s.e() / 2);
        Tensor weight = s.numbers(s.e());
        Tensor channels = s.numbers(s.c());
        return List.of(
                Example.of(new LayerNorm(EPS), s.tokens(), s.row(), s.row()),
                Example.of(new LayerNormGrad(EPS), s.tokens(), s.row(), s.tokens()),
                Example.of(new RmsNorm(EPS), s.tokens(), s.row()),
                Example.of(new RmsNormGrad(EPS), s.tokens(), s.row(), s.tokens()),
                Example.of(new AdaLnModulate(split, EPS), s.tokens(), s.streams(), s.streams()),
                Example.of(new AdaLnModulateGrad(split, EPS), s.tokens(), s.streams(), s.tokens()),
                Example.of(new GatedResidual(split, norm), s.tokens(), s.tokens(), s.streams()),
                Example.of(new GatedResidualGrad(split, norm), s.tokens(), s.streams(), s.tokens()),
                Example.of(new QkNormRope(EPS), s.qkv(), weight, weight, table, table),
                Example.of(
                        new QkNormRopeGrad(EPS),
                        s.qkv(),
                        weight,
                        weight,
                        table,
                        table,
                        s.heads(),
                        s.heads(),
                        s.heads()),
                Example.of(new GroupNorm(2, EPS, Activation.Fn.SILU), s.image(), channels, channels),
                Example.of(new GroupNormGrad(2, EPS), s.image(), channels, s.image()),
                Example.of(new Softmax(), s.tokens()),
                Example.of(new SoftmaxGrad(), s.tokens(), s.tokens()),
                Example.of(new Sum(List.of(1)), s.tokens()).costing(4),
                Example.of(new Sum(List.of(2)), s.tokens()),
                Example.of(new Max(2), s.tokens()));
    }

    private static List<Example> pointwise(Size s) {
        List<Example> all = new ArrayList<>();
        for (Activation.Fn fn : List.of(Activation.Fn.SILU, Activation.Fn.GELU, Activation.Fn.GELU_TANH)) {
            all.add(Example.of(new Activation(fn), s.tokens()));
            all.add(Example.of(new ActivationGrad(fn), s.tokens(), s.tokens()));
        }
        for (Unary.Fn fn : List.of(Unary.Fn.SQUARE, Unary.Fn.LOG, Unary.Fn.TANH, Unary.Fn.ERF)) {
            all.add(Example.of(new Unary(fn), s.squares(s.n(), s.d())));
        }
        for (DType type : List.of(DType.BF16, DType.F16)) {
            all.add(Example.of(new Cast(type), s.tokens()));
            all.add(Example.of(new Cast(DType.F32), F.cast(s.tokens(), type)));
        }
        all.add(Example.of(new Binary(Binary.Fn.MUL), s.tokens(), s.tokens()));
        all.add(Example.of(new Compare(Compare.Fn.GREATER), s.tokens(), s.tokens()));
        all.add(Example.of(new Affine(2, 1), s.tokens()));
        all.add(Example.of(new Lerp(0.3f), s.tokens(), s.tokens()));
        all.add(Example.of(new Fill(TensorSpec.f32(s.n(), s.d()), 1)));
        all.add(Example.of(new Random(Random.Distribution.NORMAL, 1, 1, Shape.of(s.n(), s.d())))
                .costing(30)); // it is products of integers, logarithms and cosines that take its time, not memory
        return all;
    }

    private static List<Example> moves(Size s) {
        return List.of(
                Example.of(new Copy(), s.heads().permute(0, 2, 1, 3)),
                Example.of(new Concat(1), s.tokens(), s.tokens()),
                Example.of(new Pad(1, 1, 1), s.tokens()),
                Example.of(new Gather(), s.numbers(s.n(), s.d()), s.ids()),
                Example.of(new ScatterAdd(s.n()), s.ids(), s.numbers(s.n(), s.d())));
    }

    private static List<Example> optimizers(Size s) {
        Tensor p = s.numbers(s.n(), s.d());
        Tensor squares = s.squares(s.n(), s.d());
        return List.of(
                Example.of(new AdamWUpdate(0.01, 0.9, 0.99, 1e-8, 0.05, 3), p, p, p, squares),
                Example.of(new AdafactorUpdate(AdafactorUpdate.Moment.FULL, 0.01, 0, 0.99, 1e-30, 1), p, p, squares),
                Example.of(
                        new AdafactorUpdate(AdafactorUpdate.Moment.FACTORED, 0.01, 0, 0.99, 1e-30, 1),
                        p,
                        p,
                        s.squares(s.n()),
                        s.squares(s.d())));
    }
}
