package dev.airfoil.bench.table;

import dev.airfoil.bench.peers.Contender;
import dev.airfoil.bench.peers.Torch;
import dev.airfoil.bench.peers.Torch.Input;
import dev.airfoil.bench.peers.Torch.Mode;
import dev.airfoil.bench.peers.TorchDit;
import dev.airfoil.dit.Rope2d;
import dev.airfoil.tensor.DType;
import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Interpreter;
import dev.airfoil.tensor.Op;
import dev.airfoil.tensor.Scope;
import dev.airfoil.tensor.Shape;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.Activation;
import dev.airfoil.tensor.ops.ActivationGrad;
import dev.airfoil.tensor.ops.AdaLnModulateGrad;
import dev.airfoil.tensor.ops.Copy;
import dev.airfoil.tensor.ops.GatedResidual.Norm;
import dev.airfoil.tensor.ops.GatedResidualGrad;
import dev.airfoil.tensor.ops.QkNormRope;
import dev.airfoil.tensor.ops.QkNormRopeGrad;
import dev.airfoil.train.Adafactor;
import dev.airfoil.train.AdamW;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Ops that memory bounds, on the shapes of DiT-Air/B for pictures of {@code side} x {@code side} tokens. Their limit is a
 * copy that moves as many bytes as the op must move: each input read once, each output written once; what is shared by
 * all rows (weights, a row of settings) does not count. The copy takes its turn between the others and works on memory of
 * its own, and each turn begins with a run that is not counted: what fits the last-level cache (10 MB of adaLnModulate,
 * not the 80 MB of adafactor) comes from there for the op and for the copy alike. Gradients have no rival but the copy.
 *
 * <p>The JVM's copy writes large results past the caches, as no vector store in Java can. What a loop takes that does
 * nothing but load and store shows {@code affine}.
 */
record FusedOps(int side) {
    private static final int TEXT = 77;
    private static final int D = 1152;
    private static final int H = 18;
    private static final int E = 64;
    private static final double EPS = 1e-6;
    private static final double RATE = 1e-4;

    /** For 256 and 512 pixels, then those that do not depend on the picture. */
    static List<Contest.Entry> entries() {
        return Stream.of(
                        new FusedOps(16).ofTokens(),
                        new FusedOps(32).ofTokens(),
                        List.of(
                                new Contest.Entry("group norm + silu 128x64x64", lab -> groupNorm(lab, 64)),
                                new Contest.Entry("group norm + silu 128x128x128", lab -> groupNorm(lab, 128)),
                                new Contest.Entry(Names.of("adafactor %dx%d", 3 * D, D), FusedOps::adafactor),
                                new Contest.Entry(Names.of("adamw %dx%d", 3 * D, D), FusedOps::adamW)))
                .flatMap(List::stream)
                .toList();
    }

    private int n() {
        return TEXT + side * side;
    }

    private List<Contest.Entry> ofTokens() {
        return List.of(
                new Contest.Entry(Names.of("affine %dx%d", n(), 4 * D), this::affine),
                new Contest.Entry(Names.of("adaLnModulate %dx%d", n(), D), this::adaLnModulate),
                new Contest.Entry(Names.of("gatedResidual with norm %dx%d", n(), D), this::gatedResidual),
                new Contest.Entry(Names.of("qkNormRope %dx3x%dx%d", n(), H, E), this::qkNormRope),
                new Contest.Entry(Names.of("gelu (tanh) %dx%d", n(), 4 * D), this::gelu),
                new Contest.Entry(Names.of("softmax %dx%d", 6 * n(), n()), this::softmax),
                new Contest.Entry(
                        Names.of("adaLnModulate gradient %dx%d", n(), D),
                        lab -> gradient(lab, new AdaLnModulateGrad(TEXT, (float) EPS))),
                new Contest.Entry(
                        Names.of("gatedResidual gradient %dx%d", n(), D),
                        lab -> gradient(lab, new GatedResidualGrad(TEXT, Norm.LAYER))),
                new Contest.Entry(Names.of("qkNormRope gradient %dx3x%dx%d", n(), H, E), this::qkNormRopeGrad),
                new Contest.Entry(Names.of("gelu (tanh) gradient %dx%d", n(), 4 * D), this::geluGrad),
                new Contest.Entry(Names.of("sum of rows %dx%d", n(), 4 * D), this::sumOfRows),
                new Contest.Entry(Names.of("transpose %dx%d", n(), D), this::transpose),
                new Contest.Entry(Names.of("cast to bf16 %dx%d", n(), 4 * D), this::cast),
                new Contest.Entry(
                        Names.of("random normal %dx%d", n(), D),
                        lab -> contest(lab, n() * D, () -> List.of(F.normal(1, 0, n(), D)))));
    }

    /** {@code 2 x + 1}: a load, a store. */
    private Contest affine(Lab lab) {
        Tensor x = lab.keep(() -> F.normal(1, 0, n(), 4 * D));
        return contest(lab, 2 * x.size(), () -> List.of(F.affine(x, 2, 1)));
    }

    /** Of x, settings per stream and the gradient of y: that of x and of the settings. */
    private Contest gradient(Lab lab, Op op) {
        Tensor x = lab.keep(() -> F.normal(1, 0, 1, n(), D));
        Tensor settings = lab.keep(() -> F.normal(1, 1, 1, 2, D));
        Tensor gy = lab.keep(() -> F.normal(1, 2, 1, n(), D));
        return contest(lab, 3 * x.size(), () -> Interpreter.bind(op, List.of(x, settings, gy)));
    }

    private Contest qkNormRopeGrad(Lab lab) {
        Tensor qkv = lab.keep(() -> F.normal(1, 0, 1, n(), 3, H, E));
        Tensor w = lab.keep(() -> F.normal(1, 1, E));
        Rope2d.Table table = lab.keep(() -> new Rope2d(E, Scope.current()).table(TEXT, side, side));
        Tensor g = lab.keep(() -> F.normal(1, 2, 1, H, n(), E));
        return contest(
                lab,
                3 * qkv.size(),
                () -> Interpreter.bind(
                        new QkNormRopeGrad(QkNormRope.EPS), List.of(qkv, w, w, table.cos(), table.sin(), g, g, g)));
    }

    private Contest geluGrad(Lab lab) {
        Tensor x = lab.keep(() -> F.normal(1, 0, n(), 4 * D));
        Tensor gy = lab.keep(() -> F.normal(1, 1, n(), 4 * D));
        var op = new ActivationGrad(Activation.Fn.GELU_TANH);
        return contest(lab, 3 * x.size(), () -> Interpreter.bind(op, List.of(x, gy)));
    }

    /** The gradient of a bias: reads all, writes next to nothing. */
    private Contest sumOfRows(Lab lab) {
        Tensor x = lab.keep(() -> F.normal(1, 0, n(), 4 * D));
        return contest(lab, x.size(), () -> List.of(x.sum(0)));
    }

    private Contest transpose(Lab lab) {
        Tensor x = lab.keep(() -> F.normal(1, 0, n(), D));
        return contest(lab, 2 * x.size(), () -> Interpreter.bind(new Copy(), List.of(x.transpose())));
    }

    /** Writes half as many bytes as it reads. */
    private Contest cast(Lab lab) {
        Tensor x = lab.keep(() -> F.normal(1, 0, n(), 4 * D));
        return contest(lab, x.size() * 3 / 2, () -> List.of(F.cast(x, DType.BF16)));
    }

    /** Reads parameter, gradient and two moments, writes parameter and moments. */
    private static Contest adamW(Lab lab) {
        List<Tensor> in = lab.keep(() ->
                List.of(F.normal(1, 0, 3 * D, D), F.normal(1, 1, 3 * D, D), F.zeros(3 * D, D), F.zeros(3 * D, D)));
        var op = AdamW.usual(RATE).update(in.getFirst().shape(), 1, RATE);
        return contest(lab, 7 * in.getFirst().size(), () -> Interpreter.bind(op, in));
    }

    private Contest adaLnModulate(Lab lab) {
        Tensor x = lab.keep(() -> F.normal(1, 0, 1, n(), D));
        Tensor shift = lab.keep(() -> F.normal(1, 1, 1, 2, D));
        Tensor scale = lab.keep(() -> F.normal(1, 2, 1, 2, D));
        return contest(
                lab,
                2 * x.size(),
                () -> List.of(F.adaLnModulate(x, shift, scale, TEXT)),
                torch -> List.of(
                        torch.input("x", x),
                        torch.input("shift", perRow(lab, shift)),
                        torch.input("scale", perRow(lab, lab.keep(() -> scale.add(1))))),
                List.of("return [torch.addcmul(shift, " + TorchDit.norm("x", D) + ", scale)]"));
    }

    private Contest gatedResidual(Lab lab) {
        Tensor x = lab.keep(() -> F.normal(1, 0, 1, n(), D));
        Tensor y = lab.keep(() -> F.normal(1, 1, 1, n(), D));
        Tensor gate = lab.keep(() -> F.normal(1, 2, 1, 2, D));
        return contest(
                lab,
                3 * x.size(),
                () -> List.of(F.gatedResidual(x, y, gate, TEXT, Norm.LAYER)),
                torch -> List.of(torch.input("x", x), torch.input("y", y), torch.input("gate", perRow(lab, gate))),
                List.of("return [torch.addcmul(x, gate, " + TorchDit.norm("y", D) + ")]"));
    }

    /** {@code [1 2 d]} to {@code [1 n d]}: PyTorch has no op that takes another row for the text. */
    private Tensor perRow(Lab lab, Tensor streams) {
        return lab.keep(() -> F.concat(
                1,
                F.expand(streams.narrow(1, 0, 1), Shape.of(1, TEXT, D)),
                F.expand(streams.narrow(1, 1, 1), Shape.of(1, n() - TEXT, D))));
    }

    private Contest qkNormRope(Lab lab) {
        Tensor qkv = lab.keep(() -> F.normal(1, 0, 1, n(), 3, H, E));
        Tensor qw = lab.keep(() -> F.normal(1, 1, E));
        Tensor kw = lab.keep(() -> F.normal(1, 2, E));
        Rope2d.Table table = lab.keep(() -> new Rope2d(E, Scope.current()).table(TEXT, side, side));
        return contest(
                lab,
                2 * qkv.size(),
                () -> F.qkNormRope(qkv, qw, kw, table.cos(), table.sin()),
                torch -> List.of(
                        torch.input("qkv", qkv),
                        torch.input("qw", qw),
                        torch.input("kw", kw),
                        torch.input("cos", table.cos()),
                        torch.input("sin", table.sin())),
                List.of(
                        "turn = torch.complex(cos, sin)",
                        "heads = torch.permute(qkv, [2, 0, 3, 1, 4])",
                        "q = " + TorchDit.rope("torch.select(heads, 0, 0)", "qw", H, n(), E),
                        "k = " + TorchDit.rope("torch.select(heads, 0, 1)", "kw", H, n(), E),
                        "return [q, k, torch.contiguous(torch.select(heads, 0, 2))]"));
    }

    private Contest gelu(Lab lab) {
        Tensor x = lab.keep(() -> F.normal(1, 0, n(), 4 * D));
        return contest(
                lab,
                2 * x.size(),
                () -> List.of(F.activation(Activation.Fn.GELU_TANH, x)),
                torch -> List.of(torch.input("x", x)),
                List.of("return [torch.gelu(x, approximate=\"tanh\")]"));
    }

    private Contest softmax(Lab lab) {
        Tensor x = lab.keep(() -> F.normal(1, 0, 6 * n(), n()));
        return contest(
                lab,
                2 * x.size(),
                () -> List.of(F.softmax(x)),
                torch -> List.of(torch.input("x", x)),
                List.of("return [torch.softmax(x, -1)]"));
    }

    private static Contest groupNorm(Lab lab, int size) {
        Tensor x = lab.keep(() -> F.normal(1, 0, 1, 128, size, size));
        Tensor w = lab.keep(() -> F.normal(1, 1, 128));
        Tensor b = lab.keep(() -> F.normal(1, 2, 128));
        return contest(
                lab,
                2 * x.size(),
                () -> List.of(F.groupNorm(x, w, b, 32, EPS, Activation.Fn.SILU)),
                torch -> List.of(torch.input("x", x), torch.input("w", w), torch.input("b", b)),
                List.of("return [torch.silu(torch.group_norm(x, 32, w, b, 1e-6))]"));
    }

    /** Reads parameter, gradient and momentum, writes parameter and momentum; PyTorch in place. */
    private static Contest adafactor(Lab lab) {
        Shape shape = Shape.of(3 * D, D);
        Tensor p = lab.keep(() -> F.normal(1, 0, 3 * D, D));
        Tensor g = lab.keep(() -> F.normal(1, 1, 3 * D, D));
        Tensor row = lab.keep(() -> F.zeros(3 * D));
        Tensor column = lab.keep(() -> F.zeros(D));
        Tensor m = lab.keep(() -> F.zeros(3 * D, D));
        var op = Adafactor.paper(RATE).update(shape, 1, RATE);
        List<String> lines = new ArrayList<>(TorchDit.adafactor(true, "p", 0, p.size(), RATE));
        lines.add("return [p]");
        return contest(
                lab,
                5 * p.size(),
                () -> List.of(
                        Interpreter.bind(op, List.of(p, g, row, column, m)).getFirst()),
                torch -> List.of(
                        torch.input("p", p),
                        torch.input("g", g),
                        torch.list("state", List.of(row, column, m)),
                        torch.zeros("keep", 1),
                        torch.ones("fresh", 1)),
                lines);
    }

    /** @param numbers that the op must read and write */
    private static Contest contest(Lab lab, long numbers, Supplier<List<Tensor>> ours) {
        double bytes = Float.BYTES * (double) numbers;
        Map<Rival, Contender> copy = Map.of(Rival.COPY, lab.copy(Float.BYTES * numbers));
        return new Contest(Unit.GIGABYTES, bytes, 1e-5, lab.ours(ours), copy);
    }

    /** @param numbers that the op must read and write */
    private static Contest contest(
            Lab lab,
            long numbers,
            Supplier<List<Tensor>> ours,
            Function<Torch, List<Input>> inputs,
            List<String> lines) {
        Map<Rival, Contender> rivals = new EnumMap<>(Rival.class);
        rivals.put(Rival.COPY, lab.copy(Float.BYTES * numbers));
        lab.torch()
                .ifPresent(
                        torch -> rivals.put(Rival.PYTORCH, torch.function(Mode.FORWARD, inputs.apply(torch), lines)));
        return new Contest(Unit.GIGABYTES, Float.BYTES * (double) numbers, 1e-5, lab.ours(ours), rivals);
    }
}
