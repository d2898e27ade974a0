package dev.airfoil.kernels.opencl;

import dev.airfoil.tensor.Backend;
import dev.airfoil.tensor.DType;
import dev.airfoil.tensor.Eager;
import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Interpreter;
import dev.airfoil.tensor.Op;
import dev.airfoil.tensor.Shape;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.TensorSpec;
import dev.airfoil.tensor.ops.Activation;
import dev.airfoil.tensor.ops.ActivationGrad;
import dev.airfoil.tensor.ops.AdaLnModulate;
import dev.airfoil.tensor.ops.AdaLnModulateGrad;
import dev.airfoil.tensor.ops.AdafactorUpdate;
import dev.airfoil.tensor.ops.AdamWUpdate;
import dev.airfoil.tensor.ops.Affine;
import dev.airfoil.tensor.ops.Attention;
import dev.airfoil.tensor.ops.AttentionGrad;
import dev.airfoil.tensor.ops.Binary;
import dev.airfoil.tensor.ops.Cast;
import dev.airfoil.tensor.ops.Compare;
import dev.airfoil.tensor.ops.Concat;
import dev.airfoil.tensor.ops.Copy;
import dev.airfoil.tensor.ops.Fill;
import dev.airfoil.tensor.ops.GatedResidual;
import dev.airfoil.tensor.ops.GatedResidualGrad;
import dev.airfoil.tensor.ops.Gather;
import dev.airfoil.tensor.ops.LayerNorm;
import dev.airfoil.tensor.ops.LayerNormGrad;
import dev.airfoil.tensor.ops.Lerp;
import dev.airfoil.tensor.ops.Linear;
import dev.airfoil.tensor.ops.LinearQ8;
import dev.airfoil.tensor.ops.MatMul;
import dev.airfoil.tensor.ops.Max;
import dev.airfoil.tensor.ops.Pad;
import dev.airfoil.tensor.ops.QkNormRope;
import dev.airfoil.tensor.ops.QkNormRopeGrad;
import dev.airfoil.tensor.ops.Random;
import dev.airfoil.tensor.ops.RmsNorm;
import dev.airfoil.tensor.ops.RmsNormGrad;
import dev.airfoil.tensor.ops.Rounding;
import dev.airfoil.tensor.ops.ScatterAdd;
import dev.airfoil.tensor.ops.Softmax;
import dev.airfoil.tensor.ops.SoftmaxGrad;
import dev.airfoil.tensor.ops.Sum;
import dev.airfoil.tensor.ops.TimeFeatures;
import dev.airfoil.tensor.ops.Unary;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The ops over the sizes where kernels change their ways, run on two backends. */
final class Agreement {
    private final List<Case> cases = new ArrayList<>();

    /** An op, how its inputs are made (on whatever backend is current), and the relative error allowed. */
    record Case(String name, Op op, Supplier<List<Tensor>> inputs, double tolerance) {}

    private Agreement() {}

    static List<Case> cases() {
        Agreement a = new Agreement();
        a.moving();
        a.elements();
        a.sums();
        a.products();
        a.rows();
        a.attention();
        a.optimizers();
        a.cases.addAll(GroupNormCases.all());
        a.cases.addAll(ConvolutionCases.all());
        return a.cases;
    }

    /** The largest relative error (in the norm of each output) of {@code backend} against {@code oracle}. */
    static double error(Case c, Backend oracle, Backend backend) {
        return error(values(c, oracle), values(c, backend));
    }

    static double error(List<float[]> wanted, List<float[]> got) {
        return IntStream.range(0, wanted.size())
                .mapToDouble(i -> error(wanted.get(i), got.get(i)))
                .max()
                .orElseThrow();
    }

    /** What {@code backend} computes, in F32. */
    static List<float[]> values(Case c, Backend backend) {
        return new Eager(backend)
                .call(() -> Interpreter.bind(c.op, c.inputs.get()).stream()
                        .map(Agreement::floats)
                        .toList());
    }

    static float[] floats(Tensor t) {
        return new Eager(t.storage().backend()).call(() -> F.cast(t, DType.F32).toFloats());
    }

    static double error(float[] wanted, float[] got) {
        double diff = 0;
        double norm = 0;
        for (int i = 0; i < wanted.length; i++) {
            double d = wanted[i] - got[i];
            diff += d * d;
            norm += (double) wanted[i] * wanted[i];
        }
        double error = norm == 0 ? Math.sqrt(diff) : Math.sqrt(diff / norm);
        return Double.isNaN(error) ? Double.POSITIVE_INFINITY : error;
    }

    private void add(String name, Op op, double tolerance, Supplier<List<Tensor>> inputs) {
        cases.add(new Case(name, op, inputs, tolerance));
    }

    static Tensor x(int seed, int... dims) {
        return F.normal(7, seed, dims);
    }

    /** As {@link #x}, but every second row of something larger, with the last two axes exchanged in memory. */
    private static Tensor view(int seed, int... dims) {
        int[] stored = dims.clone();
        int last = dims.length - 1;
        stored[last] = dims[last - 1];
        stored[last - 1] = dims[last] + 3;
        return x(seed, stored).narrow(last - 1, 2, dims[last]).transpose();
    }

    static Tensor half(Tensor t) {
        return F.cast(t, DType.BF16);
    }

    private static Tensor bytes(int seed, int... dims) {
        return F.cast(x(seed, dims).mul(40), DType.I8);
    }

    private static Tensor ids(int bound, int... dims) {
        return F.cast(F.affine(F.uniform(3, 3, dims), bound, 0), DType.I32);
    }

    private void moving() {
        add("copy view", new Copy(), 0, () -> List.of(view(1, 3, 5, 17)));
        add("copy permuted", new Copy(), 0, () -> List.of(x(1, 2, 3, 4, 5, 6).permute(4, 2, 0, 3, 1)));
        add("copy by 16 bytes", new Copy(), 0, () -> List.of(x(1, 3, 5, 16).narrow(1, 1, 3)));
        add("copy by tiles", new Copy(), 0, () -> List.of(x(1, 3, 70, 45).permute(0, 2, 1)));
        add(
                "copy by tiles, more axes",
                new Copy(),
                0,
                () -> List.of(x(1, 2, 33, 3, 65).permute(3, 0, 2, 1)));
        add(
                "copy bf16",
                new Copy(),
                0,
                () -> List.of(F.cast(x(1, 6, 7), DType.BF16).transpose()));
        add(
                "copy bf16 by tiles",
                new Copy(),
                0,
                () -> List.of(half(x(1, 3, 70, 45)).permute(0, 2, 1)));
        add("concat", new Concat(1), 0, () -> List.of(x(1, 2, 3, 5), view(2, 2, 7, 5), x(3, 2, 1, 5)));
        add("concat ints", new Concat(0), 0, () -> List.of(ids(9, 3), ids(9, 4)));
        add("pad", new Pad(1, 2, 3), 0, () -> List.of(view(1, 2, 5, 7)));
        add("fill", new Fill(TensorSpec.f32(17), 2.5), 0, () -> List.of());
        add("fill u8", new Fill(new TensorSpec(DType.U8, Shape.of(17)), 300), 0, () -> List.of());
        for (DType to : DType.values()) {
            add("cast to " + to, new Cast(to), 0, () -> List.of(view(1, 13, 17).mul(100)));
            add(
                    "cast to " + to + " and back",
                    new Cast(DType.F32),
                    0,
                    () -> List.of(F.cast(x(1, 13, 17).mul(3), to)));
        }
        for (Random.Distribution d : Random.Distribution.values()) {
            add("random " + d, new Random(d, 0x123456789abcdefL, -5, Shape.of(4099)), 0, () -> List.of());
        }
        add("gather", new Gather(), 0, () -> List.of(x(1, 11, 7), ids(11, 3, 5)));
        add("gather by 16 bytes", new Gather(), 0, () -> List.of(x(1, 11, 8), ids(11, 3, 5)));
        add("scatterAdd", new ScatterAdd(11), 1e-6, () -> List.of(ids(11, 130), x(1, 130, 67)));
        add("timeFeatures", new TimeFeatures(256), 1e-6, () -> List.of(F.uniform(1, 1, 33)));
    }

    private void elements() {
        for (Unary.Fn fn : Unary.Fn.values()) {
            boolean positive = fn == Unary.Fn.LOG || fn == Unary.Fn.SQRT || fn == Unary.Fn.RSQRT;
            add(
                    "unary " + fn,
                    new Unary(fn),
                    1e-6,
                    () -> List.of(positive ? F.uniform(1, 1, 257).add(0.1) : x(1, 257)));
            add(
                    "unary view " + fn,
                    new Unary(fn),
                    1e-6,
                    () -> List.of(view(1, 3, 17).square().add(0.1)));
        }
        for (Binary.Fn fn : Binary.Fn.values()) {
            add("binary " + fn, new Binary(fn), 1e-6, () -> List.of(x(1, 1, 1), x(2, 1, 1)));
            add(
                    "binary views " + fn,
                    new Binary(fn),
                    1e-6,
                    () -> List.of(view(1, 2, 31, 9), x(2, 2, 1, 9).expand(2, 31, 9)));
        }
        for (Compare.Fn fn : Compare.Fn.values()) {
            add(
                    "compare " + fn,
                    new Compare(fn),
                    0,
                    () -> List.of(F.cast(ids(3, 100), DType.F32), F.cast(ids(2, 100), DType.F32)));
        }
        add("affine", new Affine(1.7f, -0.3f), 0, () -> List.of(x(1, 1000)));
        add("affine view", new Affine(1.7f, -0.3f), 0, () -> List.of(view(1, 40, 9)));
        add(
                "lerp",
                new Lerp(0.01f),
                1e-6,
                () -> List.of(x(1, 1000), view(2, 1, 1000).reshape(1000)));
        for (Activation.Fn fn : Activation.Fn.values()) {
            add(
                    "activation " + fn,
                    new Activation(fn),
                    1e-6,
                    () -> List.of(x(1, 257).mul(3)));
            add(
                    "activationGrad " + fn,
                    new ActivationGrad(fn),
                    2e-6,
                    () -> List.of(view(1, 9, 57).mul(3), x(2, 9, 57)));
        }
    }

    private void sums() {
        for (int n : new int[] {1, 7, 32, 33, 1000}) {
            add("sum rows " + n, new Sum(List.of(0)), 1e-6, () -> List.of(x(1, n, 37)));
            add("sum columns " + n, new Sum(List.of(1)), 1e-6, () -> List.of(x(1, 37, n)));
            add("max columns " + n, new Max(1), 0, () -> List.of(x(1, 37, n)));
            add("max rows " + n, new Max(0), 0, () -> List.of(view(1, n, 37)));
        }
        add("sum all", new Sum(List.of(0, 1, 2)), 1e-6, () -> List.of(view(1, 20, 30, 40)));
        add("sum outer and inner", new Sum(List.of(0, 2)), 1e-6, () -> List.of(x(1, 13, 5, 301)));
        add(
                "sum far apart",
                new Sum(List.of(1, 3)),
                1e-6,
                () -> List.of(x(1, 3, 5, 2, 7, 4).permute(4, 1, 0, 3, 2)));
        add("sum five apart", new Sum(List.of(0, 2, 4, 6, 8)), 1e-6, () -> List.of(x(1, 2, 3, 2, 2, 3, 2, 2, 3, 2)));
        add("sum of nothing", new Sum(List.of(0)), 0, () -> List.of(x(1, 0, 5)));
    }

    private void products() {
        int[][] sizes = {{1, 1, 1}, {3, 5, 7}, {17, 67, 31}, {64, 64, 16}, {65, 128, 33}, {130, 129, 64}, {5, 70, 3000}
        };
        for (int[] s : sizes) {
            int m = s[0];
            int n = s[1];
            int k = s[2];
            String size = m + "x" + n + "x" + k;
            add("matmul nn " + size, new MatMul(), 1e-6, () -> List.of(x(1, m, k), x(2, k, n)));
            add(
                    "matmul nt " + size,
                    new MatMul(),
                    1e-6,
                    () -> List.of(x(1, m, k), x(2, n, k).transpose()));
            add(
                    "matmul tn " + size,
                    new MatMul(),
                    1e-6,
                    () -> List.of(x(1, k, m).transpose(), x(2, k, n)));
            add("matmul tt " + size, new MatMul(), 1e-6, () -> List.of(view(1, m, k), view(2, k, n)));
            add(
                    "matmul tn bf16 " + size,
                    new MatMul(Rounding.NONE),
                    1e-5,
                    () -> List.of(half(x(1, k, m)).transpose(), half(x(2, k, n))));
            add(
                    "linear bf16 " + size,
                    new Linear(Activation.Fn.GELU_TANH),
                    2e-3,
                    () -> List.of(half(x(1, m, k).mul(0.1)), half(x(2, n, k)), x(3, n)));
            add(
                    "linear bf16 weight " + size,
                    new Linear(Activation.Fn.SILU),
                    1e-6,
                    () -> List.of(x(1, m, k), half(x(2, n, k)), x(3, n)));
            add(
                    "linearQ8 " + size,
                    new LinearQ8(Activation.Fn.SILU),
                    1e-6,
                    () -> List.of(x(1, m, k), bytes(2, n, k), x(3, n), x(4, n)));
            add(
                    "linearQ8 bf16 " + size,
                    new LinearQ8(Activation.Fn.NONE),
                    8e-3,
                    () -> List.of(half(x(1, m, k)), bytes(2, k, n).transpose(), x(3, n)));
            add("linear " + size, new Linear(Activation.Fn.NONE), 1e-6, () -> List.of(x(1, m, k), x(2, n, k), x(3, n)));
            add(
                    "linear gelu " + size,
                    new Linear(Activation.Fn.GELU_TANH),
                    1e-6,
                    () -> List.of(x(1, m, k).mul(0.1), x(2, n, k), x(3, n)));
        }
        add(
                "matmul bf16 batched",
                new MatMul(),
                2e-3,
                () -> List.of(half(x(1, 2, 3, 17, 24)), half(x(2, 24, 40)).expand(2, 3, 24, 40)));
        add("matmul batched", new MatMul(), 1e-6, () -> List.of(x(1, 2, 3, 17, 20), x(2, 2, 3, 20, 9)));
        add(
                "matmul heads",
                new MatMul(),
                1e-6,
                () -> List.of(
                        x(1, 2, 17, 3, 8).permute(0, 2, 1, 3), x(2, 2, 19, 3, 8).permute(0, 2, 3, 1)));
        add(
                "matmul shared b",
                new MatMul(),
                1e-6,
                () -> List.of(x(1, 3, 17, 20), x(2, 20, 9).expand(3, 20, 9)));
        add(
                "matmul strange strides",
                new MatMul(),
                1e-6,
                () -> List.of(x(1, 17, 20, 2).select(2, 1), x(2, 20, 3, 9).select(1, 1)));
        add(
                "linear bf16 3d",
                new Linear(Activation.Fn.NONE),
                2e-3,
                () -> List.of(half(x(1, 3, 5, 24)), half(x(2, 40, 24)), x(3, 40)));
        add("linear 3d no bias", new Linear(Activation.Fn.SILU), 1e-6, () -> List.of(view(1, 3, 5, 20), x(2, 40, 20)));
        add("matmul empty k", new MatMul(), 0, () -> List.of(x(1, 3, 0), x(2, 0, 4)));
    }

    private void rows() {
        for (int d : new int[] {1, 7, 32, 48, 65, 192, 1152}) {
            String s = " " + d;
            add("softmax" + s, new Softmax(), 1e-6, () -> List.of(x(1, 11, d).mul(4)));
            add("softmaxGrad" + s, new SoftmaxGrad(), 2e-6, () -> List.of(F.softmax(x(1, 11, d)), view(2, 11, d)));
            add("layerNorm" + s, new LayerNorm(1e-5f), 1e-6, () -> List.of(view(1, 3, 5, d), x(2, d), x(3, d)));
            add(
                    "layerNormGrad" + s,
                    new LayerNormGrad(1e-3f),
                    2e-5,
                    () -> List.of(x(1, 3, 50, d), x(2, d), x(3, 3, 50, d)));
            add("rmsNorm" + s, new RmsNorm(1e-5f), 1e-6, () -> List.of(view(1, 11, d), x(2, d)));
            add("rmsNormGrad" + s, new RmsNormGrad(1e-3f), 2e-6, () -> List.of(x(1, 211, d), x(2, d), x(3, 211, d)));
            for (int split : new int[] {0, 3, 9}) {
                add(
                        "adaLnModulate" + s + " " + split,
                        new AdaLnModulate(split, 1e-3f),
                        2e-6,
                        () -> List.of(x(1, 2, 9, d), x(2, 2, 2, d), x(3, 2, 2, d)));
                add(
                        "adaLnModulateGrad" + s + " " + split,
                        new AdaLnModulateGrad(split, 1e-3f),
                        2e-5,
                        () -> List.of(x(1, 2, 9, d), x(2, 2, 2, d), x(3, 2, 9, d)));
            }
            for (GatedResidual.Norm norm : GatedResidual.Norm.values()) {
                add(
                        "gatedResidual " + norm + s,
                        new GatedResidual(0, norm),
                        1e-6,
                        () -> List.of(x(1, 2, 9, d), view(2, 2, 9, d), x(3, 2, 1, d)));
                add(
                        "gatedResidualGrad " + norm + s,
                        new GatedResidualGrad(70, norm),
                        2e-5,
                        () -> List.of(x(1, 2, 200, d + 1).narrow(2, 1, d), x(2, 2, 2, d), x(3, 2, 200, d)));
            }
        }
        for (int e : new int[] {4, 20, 64, 128}) {
            add("qkNormRope " + e, new QkNormRope(1e-6f), 1e-6, () -> rope(e));
            add("qkNormRopeGrad " + e, new QkNormRopeGrad(1e-3f), 1e-5, () -> {
                List<Tensor> all = new ArrayList<>(rope(e));
                all.addAll(List.of(x(6, 2, 3, 7, e), view(7, 2, 3, 7, e), x(8, 2, 3, 7, e)));
                return all;
            });
        }
    }

    private static List<Tensor> rope(int e) {
        return List.of(x(1, 2, 7, 3, 3, e), x(2, e), x(3, e), x(4, 7, e / 2), x(5, 7, e / 2));
    }

    private void attention() {
        int[][] sizes = {{1, 1, 1}, {17, 17, 8}, {16, 65, 64}, {70, 70, 64}, {33, 20, 48}, {65, 64, 128}, {5, 130, 24}};
        for (int[] s : sizes) {
            for (Attention.Direction direction : Attention.Direction.values()) {
                for (boolean masked : new boolean[] {false, true}) {
                    String name = " " + s[0] + "x" + s[1] + "x" + s[2] + " " + direction + (masked ? " masked" : "");
                    Attention op = new Attention(0.3f, direction);
                    add("attention" + name, op, 2e-6, () -> heads(s, masked));
                    add("attentionGrad" + name, new AttentionGrad(op), 1e-5, () -> {
                        List<Tensor> in = heads(s, masked);
                        List<Tensor> out = Interpreter.bind(op, in);
                        List<Tensor> all = new ArrayList<>(in.subList(0, 3));
                        all.addAll(out);
                        all.add(x(9, 2, s[0], 3, s[2]));
                        all.addAll(in.subList(3, in.size()));
                        return all;
                    });
                }
            }
        }
    }

    /** q and v contiguous, k a view; the mask drops about a third of the keys, and all of batch 1's first five. */
    static List<Tensor> heads(int[] s, boolean masked) {
        int n = s[0];
        int m = s[1];
        int e = s[2];
        List<Tensor> all = new ArrayList<>(
                List.of(x(1, 2, 3, n, e).mul(0.5), x(2, 2, m, 3, e).mul(0.5).permute(0, 2, 1, 3), x(3, 2, 3, m, e)));
        if (masked) {
            int[] mask = new int[2 * m];
            for (int i = 0; i < mask.length; i++) {
                mask[i] = i % 3 == 1 || i >= m && i < m + 5 ? 0 : 1;
            }
            all.add(Tensor.of(mask, 2, m));
        }
        return all;
    }

    private void optimizers() {
        add(
                "adamW",
                new AdamWUpdate(0.1, 0.9, 0.99, 1e-8, 0.01, 3),
                1e-6,
                () -> List.of(x(1, 7, 9), x(2, 7, 9), view(3, 7, 9), x(4, 7, 9).square()));
        for (double beta1 : new double[] {0, 0.9}) {
            for (double clip : new double[] {0.1, 100}) {
                String name = " " + beta1 + " " + clip;
                for (int n : new int[] {1, 2999, 12000}) {
                    AdafactorUpdate op = adafactor(AdafactorUpdate.Moment.FULL, beta1, clip);
                    add("adafactor full " + n + name, op, 1e-5, () -> learning(beta1, new int[] {n}, x(3, n)));
                }
                for (int[] s : new int[][] {{2, 131, 37}, {3, 65, 260}}) {
                    AdafactorUpdate op = adafactor(AdafactorUpdate.Moment.FACTORED, beta1, clip);
                    String full = "adafactor factored " + Shape.of(s) + name;
                    add(full, op, 1e-5, () -> learning(beta1, s, x(3, s[0], s[1]), x(4, s[0], s[2])));
                }
            }
        }
    }

    /** Parameter, gradient, state and, if it is kept, momentum. */
    private static List<Tensor> learning(double beta1, int[] shape, Tensor... state) {
        List<Tensor> in = new ArrayList<>(List.of(x(1, shape), x(2, shape)));
        Stream.of(state).forEach(t -> in.add(t.square().add(0.1)));
        if (beta1 > 0) {
            in.add(x(5, shape));
        }
        return in;
    }

    private static AdafactorUpdate adafactor(AdafactorUpdate.Moment moment, double beta1, double clip) {
        return new AdafactorUpdate(moment, 0.1, beta1, 0.95, 1e-30, clip);
    }
}
