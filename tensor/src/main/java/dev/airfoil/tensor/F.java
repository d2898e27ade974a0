package dev.airfoil.tensor;

import static dev.airfoil.tensor.Interpreter.bind;
import static dev.airfoil.tensor.Interpreter.bind1;

import dev.airfoil.tensor.ops.*;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;

/** Every op as a function: one line each over {@link Interpreter#bind}. Binary functions broadcast as NumPy does. */
public final class F {
    private F() {}

    // ---- views

    /** {@code -1} once stands for what is left over; copies only if the layout makes it necessary. */
    public static Tensor reshape(Tensor x, int... dims) {
        Shape shape = Reshape.complete(x.shape(), dims);
        if (shape.equals(x.shape())) {
            return x;
        }
        Tensor viewable = x.layout().reshape(shape).isPresent() ? x : contiguous(x);
        return bind1(new Reshape(shape), viewable);
    }

    /** The axes in another order: axis i of the result is axis {@code order[i]} of {@code x}. */
    public static Tensor permute(Tensor x, int... order) {
        return bind1(new Permute(Arrays.stream(order).boxed().toList()), x);
    }

    /** The last two axes exchanged. */
    public static Tensor transpose(Tensor x) {
        int[] order = IntStream.range(0, x.shape().rank()).toArray();
        int last = order.length - 1;
        if (last < 1) {
            throw new TensorException("transpose: x " + x.spec() + " must have two axes or more");
        }
        order[last] = last - 1;
        order[last - 1] = last;
        return permute(x, order);
    }

    /** The part {@code start .. start + length} along {@code axis}; a negative axis counts from the end. */
    public static Tensor narrow(Tensor x, int axis, int start, int length) {
        return bind1(new Narrow(x.shape().axis(axis), start, length), x);
    }

    /** The slice {@code index} along {@code axis}, without that axis. */
    public static Tensor select(Tensor x, int axis, int index) {
        return reshape(
                narrow(x, axis, index, 1),
                x.shape().remove(x.shape().axis(axis)).toArray());
    }

    /** Repeats axes of size 1, and new leading axes, up to {@code shape}. */
    public static Tensor expand(Tensor x, Shape shape) {
        return x.shape().equals(shape) ? x : bind1(new Expand(shape), x);
    }

    // ---- making and moving

    /** An F32 tensor of {@code value}s. */
    public static Tensor fill(Shape shape, double value) {
        return fill(new TensorSpec(DType.F32, shape), value);
    }

    public static Tensor fill(TensorSpec spec, double value) {
        return bind1(new Fill(spec, value));
    }

    public static Tensor zeros(int... dims) {
        return fill(Shape.of(dims), 0);
    }

    /** Standard normal numbers: element i is number i of the Philox stream (seed, stream). */
    public static Tensor normal(long seed, long stream, int... dims) {
        return bind1(new Random(Random.Distribution.NORMAL, seed, stream, Shape.of(dims)));
    }

    /** Numbers uniform in [0, 1): element i is number i of the Philox stream (seed, stream). */
    public static Tensor uniform(long seed, long stream, int... dims) {
        return bind1(new Random(Random.Distribution.UNIFORM, seed, stream, Shape.of(dims)));
    }

    /** {@code x} itself if it lies densely in row-major order, else a copy that does. */
    public static Tensor contiguous(Tensor x) {
        return x.layout().isContiguous() ? x : bind1(new Copy(), x);
    }

    /** In another element type, see {@link Cast}; {@code x} itself if it has that type. */
    public static Tensor cast(Tensor x, DType dtype) {
        return x.dtype() == dtype ? x : bind1(new Cast(dtype), x);
    }

    /** The parts one after the other along {@code axis}; of one, itself. */
    public static Tensor concat(int axis, List<Tensor> parts) {
        if (parts.isEmpty()) {
            throw new TensorException("concat: there is nothing to put together");
        }
        return parts.size() == 1
                ? parts.getFirst()
                : bind(new Concat(parts.getFirst().shape().axis(axis)), parts).getFirst();
    }

    public static Tensor concat(int axis, Tensor... parts) {
        return concat(axis, Arrays.asList(parts));
    }

    /** With zeros before and after along {@code axis}. */
    public static Tensor pad(Tensor x, int axis, int before, int after) {
        return bind1(new Pad(x.shape().axis(axis), before, after), x);
    }

    /** Rows of {@code table [v d]} by {@code ids [..]}: {@code [.. d]}. */
    public static Tensor gather(Tensor table, Tensor ids) {
        return bind1(new Gather(), table, ids);
    }

    /** Sums {@code values [.. d]} into row {@code ids [..]} of a zero {@code [rows d]}. */
    public static Tensor scatterAdd(int rows, Tensor ids, Tensor values) {
        return bind1(new ScatterAdd(rows), ids, values);
    }

    // ---- elementwise

    public static Tensor add(Tensor a, Tensor b) {
        return binary(Binary.Fn.ADD, a, b);
    }

    public static Tensor sub(Tensor a, Tensor b) {
        return binary(Binary.Fn.SUB, a, b);
    }

    public static Tensor mul(Tensor a, Tensor b) {
        return binary(Binary.Fn.MUL, a, b);
    }

    public static Tensor div(Tensor a, Tensor b) {
        return binary(Binary.Fn.DIV, a, b);
    }

    public static Tensor maximum(Tensor a, Tensor b) {
        return binary(Binary.Fn.MAX, a, b);
    }

    public static Tensor minimum(Tensor a, Tensor b) {
        return binary(Binary.Fn.MIN, a, b);
    }

    /** 1 where {@code a} fn {@code b}, else 0. */
    public static Tensor compare(Compare.Fn fn, Tensor a, Tensor b) {
        Shape shape = broadcast("compare", a.shape(), b.shape());
        return bind1(new Compare(fn), expand(a, shape), expand(b, shape));
    }

    private static Tensor binary(Binary.Fn fn, Tensor a, Tensor b) {
        Shape shape = broadcast(fn.name().toLowerCase(Locale.ROOT), a.shape(), b.shape());
        return bind1(new Binary(fn), expand(a, shape), expand(b, shape));
    }

    /** {@code scale * x + shift}. */
    public static Tensor affine(Tensor x, double scale, double shift) {
        return bind1(new Affine((float) scale, (float) shift), x);
    }

    public static Tensor unary(Unary.Fn fn, Tensor x) {
        return bind1(new Unary(fn), x);
    }

    public static Tensor exp(Tensor x) {
        return unary(Unary.Fn.EXP, x);
    }

    public static Tensor log(Tensor x) {
        return unary(Unary.Fn.LOG, x);
    }

    public static Tensor sqrt(Tensor x) {
        return unary(Unary.Fn.SQRT, x);
    }

    public static Tensor rsqrt(Tensor x) {
        return unary(Unary.Fn.RSQRT, x);
    }

    public static Tensor square(Tensor x) {
        return unary(Unary.Fn.SQUARE, x);
    }

    public static Tensor tanh(Tensor x) {
        return unary(Unary.Fn.TANH, x);
    }

    public static Tensor erf(Tensor x) {
        return unary(Unary.Fn.ERF, x);
    }

    public static Tensor sigmoid(Tensor x) {
        return unary(Unary.Fn.SIGMOID, x);
    }

    public static Tensor abs(Tensor x) {
        return unary(Unary.Fn.ABS, x);
    }

    /** See {@link Activation}. */
    public static Tensor activation(Activation.Fn fn, Tensor x) {
        return fn == Activation.Fn.NONE ? x : bind1(new Activation(fn), x);
    }

    public static Tensor silu(Tensor x) {
        return activation(Activation.Fn.SILU, x);
    }

    /** {@code a + t (b - a)}: an exponential moving average has t = 1 - decay. */
    public static Tensor lerp(Tensor a, Tensor b, double t) {
        return bind1(new Lerp((float) t), a, b);
    }

    // ---- reductions and products

    /** Sum over {@code axes} (none given: all), which stay with size 1. */
    public static Tensor sum(Tensor x, int... axes) {
        return bind1(new Sum(axes(x, axes)), x);
    }

    /** Mean over {@code axes} (none given: all), which stay with size 1. */
    public static Tensor mean(Tensor x, int... axes) {
        long n = 1;
        for (int a : axes(x, axes)) {
            n *= x.dim(a);
        }
        return cast(affine(bind1(new Sum(axes(x, axes), Rounding.NONE), x), 1.0 / n, 0), x.dtype());
    }

    /** Largest along {@code axis}, which stays with size 1. */
    public static Tensor max(Tensor x, int axis) {
        return bind1(new Max(x.shape().axis(axis)), x);
    }

    /** {@code a [.. m k]} times {@code b [.. k n]}, leading axes broadcast. */
    public static Tensor matmul(Tensor a, Tensor b) {
        return matmul(a, b, Rounding.STORAGE);
    }

    /** {@link #matmul(Tensor, Tensor)} with a say in the type that comes out. */
    public static Tensor matmul(Tensor a, Tensor b, Rounding rounding) {
        int ra = a.shape().rank();
        int rb = b.shape().rank();
        if (ra < 2 || rb < 2) {
            throw new TensorException("matmul: a " + a.spec() + " and b " + b.spec() + " must have two axes or more");
        }
        Shape lead = broadcast(
                "matmul",
                Shape.of(Arrays.copyOf(a.shape().toArray(), ra - 2)),
                Shape.of(Arrays.copyOf(b.shape().toArray(), rb - 2)));
        return bind1(
                new MatMul(rounding),
                expand(a, lead.insert(lead.rank(), a.dim(-2)).insert(lead.rank() + 1, a.dim(-1))),
                expand(b, lead.insert(lead.rank(), b.dim(-2)).insert(lead.rank() + 1, b.dim(-1))));
    }

    /** {@code activation(x [.. k] weight[n k]^T + bias [n])}. */
    public static Tensor linear(Tensor x, Tensor weight, Optional<Tensor> bias, Activation.Fn activation) {
        return bind(new Linear(activation), withOptional(bias, x, weight)).getFirst();
    }

    /** {@link #linear} with a weight in I8: row {@code o} of it is {@code weight[o] scale[o]}. */
    public static Tensor linearQ8(Tensor x, LinearQ8.Weight weight, Optional<Tensor> bias, Activation.Fn activation) {
        return bind(new LinearQ8(activation), withOptional(bias, x, weight.values(), weight.scale()))
                .getFirst();
    }

    /** Convolution of {@code x [b c h w]} with {@code weight [o c kh kw]} plus {@code bias [o]}. */
    public static Tensor conv2d(Tensor x, Tensor weight, Optional<Tensor> bias, Conv2d conv) {
        Tensor y = bind1(conv, x, weight);
        return bias.map(b -> add(y, reshape(b, 1, b.dim(0), 1, 1))).orElse(y);
    }

    /** Each pixel of {@code x [b c h w]} four times: {@code [b c 2h 2w]}. */
    public static Tensor upsampleNearest2x(Tensor x) {
        int b = x.dim(0);
        int c = x.dim(1);
        int h = x.dim(2);
        int w = x.dim(3);
        Tensor blocks = expand(reshape(x, b, c, h, 1, w, 1), Shape.of(b, c, h, 2, w, 2));
        return reshape(blocks, b, c, 2 * h, 2 * w);
    }

    // ---- fused

    /** Softmax along the last axis. */
    public static Tensor softmax(Tensor x) {
        return bind1(new Softmax(), x);
    }

    /** See {@link LayerNorm}: {@code x [.. d]}, {@code weight, bias [d]}. */
    public static Tensor layerNorm(Tensor x, Tensor weight, Tensor bias, double eps) {
        return bind1(new LayerNorm((float) eps), x, weight, bias);
    }

    /** See {@link RmsNorm}: {@code x [.. d]}, {@code weight [d]}. */
    public static Tensor rmsNorm(Tensor x, Tensor weight, double eps) {
        return bind1(new RmsNorm((float) eps), x, weight);
    }

    /** See {@link GroupNorm}: {@code x [b c h w]}, {@code weight, bias [c]}. */
    public static Tensor groupNorm(Tensor x, Tensor weight, Tensor bias, int groups, double eps, Activation.Fn fn) {
        return bind1(new GroupNorm(groups, (float) eps, fn), x, weight, bias);
    }

    /** See {@link AdaLnModulate}. */
    public static Tensor adaLnModulate(Tensor x, Tensor shift, Tensor scale, int split) {
        return bind1(new AdaLnModulate(split, AdaLnModulate.EPS), x, shift, scale);
    }

    /** See {@link GatedResidual}. */
    public static Tensor gatedResidual(Tensor x, Tensor y, Tensor gate, int split, GatedResidual.Norm norm) {
        return bind1(new GatedResidual(split, norm), x, y, gate);
    }

    /** See {@link QkNormRope}: q, k and v. */
    public static List<Tensor> qkNormRope(Tensor qkv, Tensor qWeight, Tensor kWeight, Tensor cos, Tensor sin) {
        return bind(new QkNormRope(QkNormRope.EPS), Arrays.asList(qkv, qWeight, kWeight, cos, sin));
    }

    /** See {@link Attention}: {@code [b n h e]}. */
    public static Tensor attention(Tensor q, Tensor k, Tensor v, Optional<Tensor> mask, Attention settings) {
        return bind(settings, withOptional(mask, q, k, v)).getFirst();
    }

    /** Features of sigma: {@code [b dim]}, see {@link TimeFeatures}. */
    public static Tensor timeFeatures(Tensor sigma, int dim) {
        return bind1(new TimeFeatures(dim), sigma);
    }

    /** Mean of the squared difference: a scalar. */
    public static Tensor mse(Tensor a, Tensor b) {
        return reshape(mean(square(sub(a, b))));
    }

    // ---- helpers

    private static List<Integer> axes(Tensor x, int... axes) {
        return axes.length == 0
                ? IntStream.range(0, x.shape().rank()).boxed().toList()
                : Arrays.stream(axes)
                        .map(x.shape()::axis)
                        .sorted()
                        .distinct()
                        .boxed()
                        .toList();
    }

    private static List<Tensor> withOptional(Optional<Tensor> last, Tensor... first) {
        Objects.requireNonNull(last, "an optional tensor is null: Optional.empty() stands for none");
        List<Tensor> all = new ArrayList<>(Arrays.asList(first));
        last.ifPresent(all::add);
        return all;
    }

    private static Shape broadcast(String op, Shape a, Shape b) {
        if (a.equals(b)) {
            return a;
        }
        int[] dims = new int[Math.max(a.rank(), b.rank())];
        for (int i = 1; i <= dims.length; i++) {
            int da = i <= a.rank() ? a.dim(-i) : 1;
            int db = i <= b.rank() ? b.dim(-i) : 1;
            if (da != db && da != 1 && db != 1) {
                throw new TensorException(op + ": shapes " + a + " and " + b + " do not broadcast: axis -" + i + " is "
                        + da + " and " + db);
            }
            dims[dims.length - i] = da == 1 ? db : da;
        }
        return Shape.of(dims);
    }
}
