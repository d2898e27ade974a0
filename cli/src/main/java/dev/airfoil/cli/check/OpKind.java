package dev.airfoil.cli.check;

import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Interpreter;
import dev.airfoil.tensor.Shape;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.Activation;
import dev.airfoil.tensor.ops.AdaLnModulate;
import dev.airfoil.tensor.ops.Attention;
import dev.airfoil.tensor.ops.Conv2d;
import dev.airfoil.tensor.ops.GatedResidual;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;

/** Cases of single operators: {@code config.op} names one, an ending such as {@code _causal} is only a label. */
record OpKind() implements CaseKind {
    private static final List<String> FAMILIES = List.of(
            "linear",
            "matmul",
            "embedding",
            "softmax",
            "mse",
            "layer_norm",
            "rms_norm",
            "group_norm",
            "modulate",
            "gated_residual",
            "upsample_nearest2x",
            "gelu",
            "gelu_tanh",
            "quick_gelu",
            "silu",
            "relu",
            "attention",
            "conv2d");

    @Override
    public String name() {
        return "op";
    }

    @Override
    public void run(GoldenCase golden, Comparison comparison) {
        String op = golden.text("op", "");
        Inputs in = golden.inputs();
        golden.compareWithGradients(
                in.byGradient(),
                () -> {
                    Tensor y = compute(op, golden, in);
                    in.requireAllUsed(op);
                    return y;
                },
                comparison);
    }

    private static Tensor compute(String op, GoldenCase golden, Inputs in) {
        String family = family(op);
        return switch (family) {
            case "linear" -> F.linear(in.get("x"), in.get("weight"), in.optional("bias"), epilogue(op, family, golden));
            case "matmul" -> matmul(golden, in);
            case "embedding" -> embedding(golden, in);
            case "softmax" -> softmax(in.get("x"), (int) golden.number("axis", golden.number("dim", -1)));
            case "mse" -> mse(golden, in);
            case "layer_norm" -> layerNorm(golden, in);
            case "rms_norm" ->
                F.rmsNorm(in.get("x"), filled(in, "weight", in.get("x").dim(-1), 1), eps(golden, 1e-6));
            case "group_norm" -> groupNorm(epilogue(op, family, golden), golden, in);
            case "modulate" -> modulate(golden, in);
            case "gated_residual" -> gatedResidual(in.get("x"), in.get("y"), perToken(in.get("gate"), in.get("x")));
            case "upsample_nearest2x" -> {
                layout(golden, "NCHW");
                yield F.upsampleNearest2x(in.get("x"));
            }
            case "gelu" -> {
                boolean tanh = golden.text("approximate", "none").equals("tanh");
                yield F.activation(tanh ? Activation.Fn.GELU_TANH : Activation.Fn.GELU, in.get("x"));
            }
            case "gelu_tanh", "quick_gelu", "silu", "relu" ->
                F.activation(activation(family).orElseThrow(), in.get("x"));
            case "attention" -> attention(op, golden, in);
            case "conv2d" -> F.conv2d(in.get("x"), in.get("weight"), in.optional("bias"), conv(golden));
            default ->
                throw new SkippedException(
                        op.isEmpty()
                                ? "the case does not say what it computes: its configuration has no 'op'"
                                : "Airfoil has no operator '" + op + "' to compare");
        };
    }

    /** The operator without its label; empty if there is none such. */
    private static String family(String op) {
        return FAMILIES.stream()
                .filter(f -> op.equals(f) || op.startsWith(f + "_"))
                .max(Comparator.comparingInt(String::length))
                .orElse("");
    }

    /** What the configuration calls {@code activation}, or else the label, as in {@code linear_gelu}. */
    private static Activation.Fn epilogue(String op, String family, GoldenCase golden) {
        String name = golden.text("activation", "");
        Optional<Activation.Fn> asked = activation(name);
        if (!name.isEmpty() && asked.isEmpty()) {
            throw new SkippedException("Airfoil has no activation '" + name + "'");
        }
        return asked.or(() -> activation(op.substring(Math.min(family.length() + 1, op.length()))))
                .orElse(Activation.Fn.NONE);
    }

    private static Optional<Activation.Fn> activation(String name) {
        return Arrays.stream(Activation.Fn.values())
                .filter(f -> f.name().equalsIgnoreCase(name))
                .findFirst();
    }

    private static double eps(GoldenCase golden, double otherwise) {
        return golden.number("eps", otherwise);
    }

    /** A norm's parameter, which a case may leave out: then it changes nothing. */
    private static Tensor filled(Inputs in, String name, int size, double value) {
        return in.optional(name).orElseGet(() -> F.fill(Shape.of(size), value));
    }

    private static void layout(GoldenCase golden, String wanted) {
        String found = golden.text("layout", wanted);
        if (!found.equals(wanted)) {
            throw new SkippedException("the layout is '" + found + "', and Airfoil compares only '" + wanted + "'");
        }
    }

    private static Tensor matmul(GoldenCase golden, Inputs in) {
        Tensor a = golden.flag("transpose_a") ? in.get("a").transpose() : in.get("a");
        Tensor b = golden.flag("transpose_b") ? in.get("b").transpose() : in.get("b");
        if (a.shape().rank() < 2 || b.shape().rank() < 2) {
            throw new SkippedException("Airfoil multiplies matrices, here " + a.spec() + " and " + b.spec());
        }
        return F.matmul(a, b);
    }

    private static Tensor embedding(GoldenCase golden, Inputs in) {
        if (golden.config().path("padding_idx").isNumber()) {
            throw new SkippedException("Airfoil's embedding has no row for padding that does not learn");
        }
        return F.gather(in.get("weight"), in.get("ids"));
    }

    private static Tensor softmax(Tensor x, int axis) {
        int last = x.shape().rank() - 1;
        int a = x.shape().axis(axis);
        if (a == last) {
            return F.softmax(x);
        }
        int[] order = IntStream.rangeClosed(0, last).toArray();
        order[a] = last;
        order[last] = a;
        return F.softmax(x.permute(order)).permute(order);
    }

    private static Tensor mse(GoldenCase golden, Inputs in) {
        Tensor a = in.get("a");
        Tensor b = in.get("b");
        String reduction = golden.text("reduction", "mean");
        return switch (reduction) {
            case "mean" -> F.mse(a, b);
            case "sum" -> F.reshape(F.sum(F.square(a.sub(b))));
            case "none" -> F.square(a.sub(b));
            default -> throw new SkippedException("Airfoil has no mean square with the reduction '" + reduction + "'");
        };
    }

    /** Along the last axis, or along as many as {@code normalized_shape} or the weight has. */
    private static Tensor layerNorm(GoldenCase golden, Inputs in) {
        Tensor x = in.get("x");
        int[] shape = x.shape().toArray();
        int axes = Math.max(1, golden.config().path("normalized_shape").size());
        axes = Math.max(axes, in.optional("weight").map(w -> w.shape().rank()).orElse(0));
        int[] rows = Arrays.copyOf(shape, shape.length - axes + 1);
        rows[rows.length - 1] =
                Arrays.stream(shape, rows.length - 1, shape.length).reduce(1, (m, n) -> m * n);
        int d = rows[rows.length - 1];
        Tensor weight = filled(in, "weight", d, 1).reshape(d);
        Tensor bias = filled(in, "bias", d, 0).reshape(d);
        return F.layerNorm(x.reshape(rows), weight, bias, eps(golden, 1e-5)).reshape(shape);
    }

    /** Of images {@code [b c h w]}, or of what has any number of axes behind the channels. */
    private static Tensor groupNorm(Activation.Fn activation, GoldenCase golden, Inputs in) {
        layout(golden, "NCHW");
        Tensor x = in.get("x");
        int c = x.dim(1);
        int groups = (int) golden.number("groups", golden.number("num_groups", 1));
        Tensor image = x.shape().rank() == 4 ? x : x.reshape(x.dim(0), c, -1, 1);
        Tensor weight = filled(in, "weight", c, 1);
        return F.groupNorm(image, weight, filled(in, "bias", c, 0), groups, eps(golden, 1e-5), activation)
                .reshape(x.shape().toArray());
    }

    private static Tensor modulate(GoldenCase golden, Inputs in) {
        Tensor x = in.get("x");
        Tensor shift = perToken(in.get("shift"), x);
        Tensor scale = perToken(in.get("scale"), x);
        AdaLnModulate modulate = new AdaLnModulate(0, (float) eps(golden, AdaLnModulate.EPS));
        if (shift.dim(1) == 1 && scale.dim(1) == 1) {
            return Interpreter.bind1(modulate, x, shift, scale);
        }
        Tensor none = F.zeros(x.dim(0), 1, x.dim(2));
        return Interpreter.bind1(modulate, x, none, none).mul(scale.add(1)).add(shift);
    }

    private static Tensor gatedResidual(Tensor x, Tensor y, Tensor gate) {
        return gate.dim(1) == 1 && gate.dim(2) == x.dim(2)
                ? F.gatedResidual(x, y, gate, 0, GatedResidual.Norm.NONE)
                : x.add(gate.mul(y));
    }

    /**
     * {@code [b d]} as {@code [b 1 d]}: one row for all tokens, as {@code [d]} is one for all tokens of all of the batch;
     * what has a row for each token stays.
     */
    private static Tensor perToken(Tensor row, Tensor x) {
        Tensor rows = row.shape().rank() > 2 ? row : row.reshape(-1, 1, row.dim(-1));
        return F.expand(rows, Shape.of(x.dim(0), rows.dim(1), rows.dim(2)));
    }

    /** Ours gives tokens before heads, the cases heads before tokens. */
    private static Tensor attention(String op, GoldenCase golden, Inputs in) {
        layout(golden, "batch, heads, tokens, head_dim");
        Tensor q = in.get("q");
        Tensor k = in.get("k");
        Tensor v = in.get("v");
        if (k.dim(1) != q.dim(1) || v.dim(-1) != q.dim(-1)) {
            throw new SkippedException(
                    "Airfoil's attention has as many heads of keys as of queries, all of one width: q " + q.spec()
                            + ", k " + k.spec() + ", v " + v.spec());
        }
        double scale = golden.number("scale", 1 / Math.sqrt(q.dim(-1)));
        boolean causal = golden.config().path("causal").asBoolean(op.contains("causal"));
        Attention settings =
                new Attention((float) scale, causal ? Attention.Direction.CAUSAL : Attention.Direction.BOTH);
        return F.attention(q, k, v, in.mask("mask").map(m -> keyMask(m, k)), settings)
                .permute(0, 2, 1, 3);
    }

    /** {@code [b m]}, from that or from what repeats it for every head and query. */
    private static Tensor keyMask(Tensor mask, Tensor k) {
        if (mask.dim(-1) != k.dim(2) || mask.size() != (long) k.dim(0) * k.dim(2)) {
            throw new SkippedException("Airfoil's attention masks keys, the same for all queries, here " + mask.spec());
        }
        return mask.reshape(k.dim(0), k.dim(2));
    }

    private static Conv2d conv(GoldenCase golden) {
        layout(golden, "NCHW");
        if (golden.number("groups", 1) != 1 || golden.number("dilation", 1) != 1) {
            throw new SkippedException("Airfoil's convolution has neither groups nor dilation");
        }
        double[] strides = golden.numbers("stride", 1);
        int stride = (int) strides[0];
        if (Arrays.stream(strides).anyMatch(s -> s != stride)) {
            throw new SkippedException("Airfoil's convolution has one stride for rows and columns");
        }
        JsonNode pad = golden.config().path("pad");
        if (pad.isMissingNode() || pad.isNull()) {
            if (golden.config().path("padding").isString()) {
                throw new SkippedException(
                        "Airfoil has no convolution padded " + golden.config().path("padding"));
            }
            double[] padding = golden.numbers("padding", 0);
            int rows = (int) padding[0];
            int columns = (int) padding[padding.length - 1];
            return new Conv2d(stride, rows, columns, rows, columns);
        }
        if (pad.asString("").equals("right and bottom by 1")) {
            return new Conv2d(stride, 0, 0, 1, 1);
        }
        throw new SkippedException("Airfoil has no convolution padded " + pad + " to compare");
    }
}
