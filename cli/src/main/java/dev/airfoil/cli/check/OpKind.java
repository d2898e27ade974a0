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
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

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
        Inputs in = golden.inputs();
        golden.compareWithGradients(in.byGradient(), () -> compute(golden, in), comparison);
    }

    private static Tensor compute(GoldenCase golden, Inputs in) {
        String op = golden.text("op", "");
        return switch (family(op)) {
            case "linear" -> F.linear(in.get("x"), in.get("weight"), in.optional("bias"), Activation.Fn.NONE);
            case "matmul" -> F.matmul(in.get("a"), in.get("b"));
            case "embedding" -> F.gather(in.get("weight"), in.get("ids"));
            case "softmax" -> softmax(in.get("x"), (int) golden.number("axis", -1));
            case "mse" -> F.mse(in.get("a"), in.get("b"));
            case "layer_norm" ->
                F.layerNorm(in.get("x"), filled(in, "weight", -1, 1), filled(in, "bias", -1, 0), eps(golden, 1e-5));
            case "rms_norm" -> F.rmsNorm(in.get("x"), filled(in, "weight", -1, 1), eps(golden, 1e-6));
            case "group_norm" -> {
                int groups = (int) golden.number("groups", 1);
                Tensor weight = filled(in, "weight", 1, 1);
                yield F.groupNorm(
                        in.get("x"), weight, filled(in, "bias", 1, 0), groups, eps(golden, 1e-5), Activation.Fn.NONE);
            }
            case "modulate" ->
                Interpreter.bind1(
                        new AdaLnModulate(0, (float) eps(golden, AdaLnModulate.EPS)),
                        in.get("x"),
                        row(in.get("shift")),
                        row(in.get("scale")));
            case "gated_residual" ->
                F.gatedResidual(in.get("x"), in.get("y"), row(in.get("gate")), 0, GatedResidual.Norm.NONE);
            case "upsample_nearest2x" -> F.upsampleNearest2x(in.get("x"));
            case "gelu" -> F.activation(Activation.Fn.GELU, in.get("x"));
            case "gelu_tanh" -> F.activation(Activation.Fn.GELU_TANH, in.get("x"));
            case "quick_gelu" -> F.activation(Activation.Fn.QUICK_GELU, in.get("x"));
            case "silu" -> F.silu(in.get("x"));
            case "relu" -> F.activation(Activation.Fn.RELU, in.get("x"));
            case "attention" -> attention(golden, in);
            case "conv2d" -> F.conv2d(in.get("x"), in.get("weight"), in.optional("bias"), conv(golden));
            default -> throw new SkippedException("Airfoil has no operator '" + op + "' to compare");
        };
    }

    /** The operator without its label; empty if there is none such. */
    private static String family(String op) {
        return FAMILIES.stream()
                .filter(f -> op.equals(f) || op.startsWith(f + "_"))
                .max(Comparator.comparingInt(String::length))
                .orElse("");
    }

    private static double eps(GoldenCase golden, double otherwise) {
        return golden.number("eps", otherwise);
    }

    /** A norm's parameter, which a case may leave out: then it changes nothing. */
    private static Tensor filled(Inputs in, String name, int axis, double value) {
        return in.optional(name).orElseGet(() -> F.fill(Shape.of(in.get("x").dim(axis)), value));
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

    /** Ours gives tokens before heads, the cases heads before tokens. */
    private static Tensor attention(GoldenCase golden, Inputs in) {
        Tensor q = in.get("q");
        double scale = golden.number("scale", 1 / Math.sqrt(q.dim(-1)));
        Attention.Direction direction =
                golden.config().path("causal").asBoolean(false) ? Attention.Direction.CAUSAL : Attention.Direction.BOTH;
        return F.attention(q, in.get("k"), in.get("v"), in.optional("mask"), new Attention((float) scale, direction))
                .permute(0, 2, 1, 3);
    }

    private static Conv2d conv(GoldenCase golden) {
        int stride = (int) golden.number("stride", 1);
        String pad = golden.text("pad", "");
        if (pad.isEmpty()) {
            return Conv2d.of(stride, (int) golden.number("padding", 0));
        }
        if (pad.equals("right and bottom by 1")) {
            return new Conv2d(stride, 0, 0, 1, 1);
        }
        throw new SkippedException("Airfoil has no convolution padded '" + pad + "' to compare");
    }

    /** {@code [b d]} as {@code [b 1 d]}: one row for all tokens. */
    private static Tensor row(Tensor x) {
        return x.shape().rank() == 2 ? x.reshape(x.dim(0), 1, x.dim(1)) : x;
    }
}
