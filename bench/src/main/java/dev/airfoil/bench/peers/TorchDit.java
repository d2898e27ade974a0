package dev.airfoil.bench.peers;

import dev.airfoil.bench.peers.Torch.Input;
import dev.airfoil.bench.peers.Torch.Mode;
import dev.airfoil.dit.DitConfig;
import dev.airfoil.dit.Rope2d;
import dev.airfoil.nn.Params;
import dev.airfoil.tensor.Scope;
import dev.airfoil.tensor.Shape;
import dev.airfoil.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;

/**
 * DiT-Air (without sharing, batch 1) in PyTorch's own fused ops: linear, layer_norm, addcmul, rms_norm, a complex
 * product for RoPE, gelu, scaled_dot_product_attention; and its training step with Adafactor, in place. The text unrolls
 * the layers, so PyTorch's interpreter has no more to do than for a program in Python.
 */
public final class TorchDit {
    private final Torch torch;
    private final DitConfig config;
    private final List<String> names;
    private final List<Shape> shapes;
    private final List<Input> inputs;
    private final int text;
    private final int side;

    /**
     * What the model reads.
     *
     * @param latent {@code [1 c side side]}
     * @param text {@code [1 n textDim]}
     * @param pooled {@code [1 pooledDim]}
     * @param time features of the noise level {@code [1 256]}
     * @param target what it should have predicted {@code [1 c side side]}
     */
    public record Question(Tensor latent, Tensor text, Tensor pooled, Tensor time, Tensor target) {}

    /** With the weights of a model of ours. */
    public TorchDit(Torch torch, DitConfig config, Params params, Question question) {
        this(torch, config, shapes(params), torch.list("weights", params.values()), question);
    }

    /** With weights that are zero, where only the memory matters. */
    public TorchDit(Torch torch, DitConfig config, SequencedMap<String, Shape> shapes, Question question) {
        this(torch, config, shapes, torch.zeros("weights", List.copyOf(shapes.values())), question);
    }

    private TorchDit(
            Torch torch, DitConfig config, SequencedMap<String, Shape> shapes, Input weights, Question question) {
        this.torch = torch;
        this.config = config;
        this.names = List.copyOf(shapes.keySet());
        this.shapes = List.copyOf(shapes.values());
        this.text = question.text.dim(1);
        this.side = question.latent.dim(2);
        int rows = side / config.patch();
        Rope2d.Table angles = new Rope2d(config.headDim(), Scope.current()).table(text, rows, rows);
        this.inputs = List.of(
                torch.input("latent", question.latent),
                torch.input("text", question.text),
                torch.input("pooled", question.pooled),
                torch.input("time", question.time),
                torch.input("target", question.target),
                torch.input("cos", angles.cos()),
                torch.input("sin", angles.sin()),
                weights);
    }

    /** The shapes of a model's parameters, by name. */
    public static SequencedMap<String, Shape> shapes(Params params) {
        SequencedMap<String, Shape> shapes = new LinkedHashMap<>();
        params.all()
                .forEach((name, parameter) -> shapes.put(name, parameter.value().shape()));
        return shapes;
    }

    /** The velocity. */
    public Contender forward() {
        List<String> lines = new ArrayList<>(List.of("ps = weights"));
        velocity(lines);
        lines.add("return [velocity]");
        return torch.function(Mode.FORWARD, inputs, lines);
    }

    /**
     * One training step: the loss, its gradients, and Adafactor with the paper's settings.
     *
     * @param watched index of a parameter whose new value is returned, after the loss
     */
    public Contender step(double rate, int watched) {
        List<String> lines = new ArrayList<>(List.of("ps = [torch.requires_grad_(torch.detach(w)) for w in weights]"));
        velocity(lines);
        lines.addAll(List.of(
                "loss = torch.mse_loss(velocity, target)",
                "gs = torch.grad([loss], ps)",
                "t = torch.add_(count, 1)",
                "keep = torch.mul(torch.div(torch.rsub(torch.pow(0.999, torch.sub(t, 1)), 1),"
                        + " torch.rsub(torch.pow(0.999, t), 1)), 0.999)",
                "fresh = torch.rsub(keep, 1)"));
        List<Shape> states = new ArrayList<>();
        for (int i = 0; i < shapes.size(); i++) {
            adafactor(lines, i, rate, states);
        }
        lines.add("return [torch.detach(loss), weights[" + watched + "]]");
        List<Input> all = new ArrayList<>(inputs);
        all.add(torch.zeros("count", 1));
        all.add(torch.zeros("state", states));
        return torch.function(Mode.GRADIENTS, all, lines);
    }

    /** The lines of {@link dev.airfoil.tensor.ops.AdafactorUpdate} for parameter {@code i}. */
    private void adafactor(List<String> lines, int i, double rate, List<Shape> states) {
        Shape shape = shapes.get(i);
        boolean factored = shape.rank() >= 2 && shape.dim(-1) >= 128 && shape.dim(-2) >= 128;
        lines.add("g = unchecked_cast(Tensor, gs[" + i + "])");
        lines.addAll(adafactor(factored, "weights[" + i + "]", states.size(), shape.size(), rate));
        if (factored) {
            states.add(shape.remove(-1));
            states.add(shape.remove(-2));
        } else {
            states.add(shape);
        }
        states.add(shape);
    }

    /**
     * Adafactor over {@code g}, {@code keep} (beta2 of this step) and {@code fresh} (1 - beta2), in place.
     *
     * @param parameter the parameter that changes
     * @param state where its state begins in the list {@code state}: row, column (or the full moment), momentum
     */
    public static List<String> adafactor(boolean factored, String parameter, int state, long size, double rate) {
        List<String> lines = new ArrayList<>(List.of("s = torch.add_(torch.mul(g, g), 1e-30)"));
        if (factored) {
            lines.addAll(List.of(
                    "row = torch.lerp_(state[" + state + "], torch.mean(s, [-1]), fresh)",
                    "col = torch.lerp_(state[" + (state + 1) + "], torch.mean(s, [-2]), fresh)",
                    "r = torch.unsqueeze(torch.rsqrt(torch.div(row, torch.mean(row, [-1], True))), -1)",
                    "u = torch.mul_(torch.mul(g, r), torch.rsqrt(col))"));
        } else {
            lines.add("u = torch.mul(torch.rsqrt(torch.lerp_(state[" + state + "], s, fresh)), g)");
        }
        int momentum = factored ? state + 2 : state + 1;
        lines.addAll(List.of(
                "rms = torch.div(torch.norm(u), " + Math.sqrt(size) + ")",
                "scale = torch.mul(torch.reciprocal(torch.clamp_min(rms, 1)), " + rate + ")",
                "m = torch.lerp_(state[" + momentum + "], torch.mul_(u, scale), 0.1)",
                "p = torch.sub_(" + parameter + ", m)"));
        return lines;
    }

    private void velocity(List<String> lines) {
        int d = config.dim();
        int p = config.patch();
        int c = config.latentChannels();
        int rows = side / p;
        int image = rows * rows;
        lines.add("z = torch.reshape(latent, [1, %d, %d, %d, %d, %d])".formatted(c, rows, p, rows, p));
        lines.add("z = torch.reshape(torch.permute(z, [0, 2, 4, 3, 5, 1]), [1, %d, %d])".formatted(image, p * p * c));
        lines.add("u = torch.cat([" + linear("text_embed", "text") + ", " + linear("patch_embed", "z") + "], 1)");
        lines.add("c = torch.silu(torch.add(" + mlp("time_embed", "time", "torch.silu(%s)") + ", "
                + mlp("pooled_embed", "pooled", "torch.silu(%s)") + "))");
        lines.add("mod = torch.reshape(" + linear("modulation", "c") + ", [1, 2, 6, 1, " + d + "])");
        for (int i = 0; i < 6; i++) {
            String part = "torch.expand(torch.select(torch.select(mod, 1, %d), 1, " + i + "), [1, %d, " + d + "])";
            String both = "torch.cat([" + part.formatted(0, text) + ", " + part.formatted(1, image) + "], 1)";
            lines.add("r" + i + " = " + (i % 3 == 1 ? "torch.add(" + both + ", 1)" : both));
        }
        lines.add("turn = torch.complex(cos, sin)");
        for (int i = 0; i < config.layers(); i++) {
            block(lines, "blocks." + i + ".", text + image);
        }
        lines.add("fm = torch.reshape(" + linear("final_modulation", "c") + ", [1, 2, 1, " + d + "])");
        lines.add("x = " + norm("torch.narrow(u, 1, %d, %d)".formatted(text, image)));
        lines.add("x = torch.addcmul(torch.select(fm, 1, 0), x, torch.add(torch.select(fm, 1, 1), 1))");
        lines.add("x = torch.reshape(" + linear("final_proj", "x")
                + ", [1, %d, %d, %d, %d, %d])".formatted(rows, rows, p, p, c));
        lines.add("velocity = torch.reshape(torch.permute(x, [0, 5, 1, 3, 2, 4]), [1, %d, %d, %d])"
                .formatted(c, side, side));
    }

    private void block(List<String> lines, String at, int n) {
        int d = config.dim();
        int h = config.heads();
        int e = config.headDim();
        lines.add("x = torch.addcmul(r0, " + norm("u") + ", r1)");
        lines.add("qkv = torch.reshape(" + linear(at + "attn.qkv", "x") + ", [1, %d, 3, %d, %d])".formatted(n, h, e));
        lines.add("qkv = torch.permute(qkv, [2, 0, 3, 1, 4])");
        lines.add("q = " + rope("torch.select(qkv, 0, 0)", weight(at + "attn.q_norm.weight"), n));
        lines.add("k = " + rope("torch.select(qkv, 0, 1)", weight(at + "attn.k_norm.weight"), n));
        lines.add("o = torch.scaled_dot_product_attention(q, k, torch.select(qkv, 0, 2))");
        lines.add("o = torch.reshape(torch.transpose(o, 1, 2), [1, %d, %d])".formatted(n, d));
        lines.add("u = torch.addcmul(u, r2, " + norm(linear(at + "attn.out", "o")) + ")");
        lines.add("x = torch.addcmul(r3, " + norm("u") + ", r4)");
        lines.add(
                "u = torch.addcmul(u, r5, " + norm(mlp(at + "mlp", "x", "torch.gelu(%s, approximate=\"tanh\")")) + ")");
    }

    private String rope(String x, String weight, int n) {
        return rope(x, weight, config.heads(), n, config.headDim());
    }

    /** RMSNorm of heads {@code x [1 h n e]} by {@code weight}, then every pair as a complex number times {@code turn}. */
    public static String rope(String x, String weight, int h, int n, int e) {
        String pairs = "torch.reshape(torch.rms_norm(%s, [%d], %s, 1e-6), [1, %d, %d, %d, 2])"
                .formatted(x, e, weight, h, n, e / 2);
        return "torch.flatten(torch.view_as_real(torch.mul(torch.view_as_complex(" + pairs + "), turn)), -2)";
    }

    private String norm(String x) {
        return norm(x, config.dim());
    }

    /** LayerNorm without parameters. */
    public static String norm(String x, int d) {
        return String.format(Locale.ROOT, "torch.layer_norm(%s, [%d], None, None, 1e-6)", x, d);
    }

    private String mlp(String name, String x, String activation) {
        return linear(name + ".fc2", activation.formatted(linear(name + ".fc1", x)));
    }

    private String linear(String name, String x) {
        return "torch.linear(" + x + ", " + weight(name + ".weight") + ", " + weight(name + ".bias") + ")";
    }

    private String weight(String name) {
        int index = names.indexOf(name);
        if (index < 0) {
            throw new IllegalArgumentException("the model has no parameter " + name);
        }
        return "ps[" + index + "]";
    }
}
