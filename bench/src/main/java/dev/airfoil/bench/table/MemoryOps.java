package dev.airfoil.bench.table;

import dev.airfoil.bench.peers.Contender;
import dev.airfoil.tensor.DType;
import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Interpreter;
import dev.airfoil.tensor.Op;
import dev.airfoil.tensor.Scope;
import dev.airfoil.tensor.Shape;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.TensorSpec;
import dev.airfoil.tensor.ops.Activation;
import dev.airfoil.tensor.ops.ActivationGrad;
import dev.airfoil.tensor.ops.AdaLnModulate;
import dev.airfoil.tensor.ops.AdaLnModulateGrad;
import dev.airfoil.tensor.ops.Affine;
import dev.airfoil.tensor.ops.Binary;
import dev.airfoil.tensor.ops.Cast;
import dev.airfoil.tensor.ops.Copy;
import dev.airfoil.tensor.ops.Fill;
import dev.airfoil.tensor.ops.GatedResidual;
import dev.airfoil.tensor.ops.GatedResidualGrad;
import dev.airfoil.tensor.ops.Gather;
import dev.airfoil.tensor.ops.GroupNorm;
import dev.airfoil.tensor.ops.GroupNormGrad;
import dev.airfoil.tensor.ops.LayerNorm;
import dev.airfoil.tensor.ops.LayerNormGrad;
import dev.airfoil.tensor.ops.QkNormRope;
import dev.airfoil.tensor.ops.QkNormRopeGrad;
import dev.airfoil.tensor.ops.Random;
import dev.airfoil.tensor.ops.RmsNorm;
import dev.airfoil.tensor.ops.RmsNormGrad;
import dev.airfoil.tensor.ops.Softmax;
import dev.airfoil.tensor.ops.SoftmaxGrad;
import dev.airfoil.tensor.ops.Sum;
import dev.airfoil.train.Adafactor;
import dev.airfoil.train.AdamW;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The ops that memory bounds on tensors so large that a GPU's cache holds none of them, beside the device's own copy of as
 * many bytes: each element of an input read once, each of an output written once. What an op reads twice makes it slower
 * here: group norm must see all of an image before it changes a pixel, Adafactor its gradient thrice. Activations are
 * stored as the precision asks, 32 pictures of 512 x 512 by DiT-Air/B.
 */
final class MemoryOps {
    private static final int BATCH = 32;
    private static final int N = 1101;
    private static final int TEXT = 77;
    private static final int D = 1152;
    private static final int WIDE = 8 * D;
    private static final int H = 18;
    private static final int E = 64;
    private static final int CHANNELS = 128;
    private static final int GROUPS = 32;
    private static final int VOCABULARY = 100_000;
    private static final float EPS = 1e-6f;
    private static final double RATE = 1e-4;

    /** Runs at a time: the device then works without waiting for whoever asks. */
    private static final int RUNS = 10;

    private MemoryOps() {}

    static List<Contest.Entry> entries() {
        Shape weight = Shape.of(WIDE, 4 * D);
        GatedResidual.Norm norm = GatedResidual.Norm.LAYER;
        Activation.Fn gelu = Activation.Fn.GELU_TANH;
        return List.of(
                entry("copy", new Copy(), t -> List.of(t.x())),
                entry("copy of a part of each row", new Copy(), t -> List.of(t.x().narrow(2, 128, 1024))),
                entry("copy, rows and columns turned", new Copy(), t -> List.of(t.x().permute(0, 2, 1))),
                entry(
                        "copy, heads and rows turned",
                        new Copy(),
                        t -> List.of(t.heads().permute(0, 2, 1, 3))),
                entry("fill", new Fill(TensorSpec.f32(BATCH, N, D), 1), _ -> List.of()),
                entry(
                        "random normal",
                        new Random(Random.Distribution.NORMAL, 1, 1, Shape.of(BATCH, N, D)),
                        _ -> List.of()),
                entry("cast f32 to bf16", new Cast(DType.BF16), t -> List.of(t.table())),
                entry("cast bf16 to f32", new Cast(DType.F32), t -> List.of(F.cast(t.table(), DType.BF16))),
                entry("gather of rows", new Gather(), t -> List.of(t.table(), t.ids())),
                entry("add", new Binary(Binary.Fn.ADD), t -> List.of(t.x(), t.gy())),
                entry("affine", new Affine(2, 1), t -> List.of(t.x())),
                entry("gelu", new Activation(gelu), t -> List.of(t.x())),
                entry("gelu gradient", new ActivationGrad(gelu), t -> List.of(t.x(), t.gy())),
                entry("softmax", new Softmax(), t -> List.of(t.x())),
                entry("softmax gradient", new SoftmaxGrad(), t -> List.of(t.x(), t.gy())),
                entry("layerNorm", new LayerNorm(EPS), t -> List.of(t.x(), t.f32(D), t.f32(D))),
                entry("layerNorm gradient", new LayerNormGrad(EPS), t -> List.of(t.x(), t.f32(D), t.gy())),
                entry("rmsNorm", new RmsNorm(EPS), t -> List.of(t.x(), t.f32(D))),
                entry("rmsNorm gradient", new RmsNormGrad(EPS), t -> List.of(t.x(), t.f32(D), t.gy())),
                entry("adaLnModulate", new AdaLnModulate(TEXT, EPS), t -> List.of(t.x(), t.streams(), t.streams())),
                entry(
                        "adaLnModulate gradient",
                        new AdaLnModulateGrad(TEXT, EPS),
                        t -> List.of(t.x(), t.streams(), t.gy())),
                entry("gatedResidual", new GatedResidual(TEXT, norm), t -> List.of(t.x(), t.gy(), t.streams())),
                entry(
                        "gatedResidual gradient",
                        new GatedResidualGrad(TEXT, norm),
                        t -> List.of(t.x(), t.streams(), t.gy())),
                entry("qkNormRope", new QkNormRope(EPS), Tensors::qkNormRope),
                entry(
                        "qkNormRope gradient",
                        new QkNormRopeGrad(EPS),
                        t -> Stream.concat(t.qkNormRope().stream(), Stream.of(t.heads(), t.heads(), t.heads()))
                                .toList()),
                entry(
                        "group norm + silu",
                        new GroupNorm(GROUPS, EPS, Activation.Fn.SILU),
                        t -> List.of(t.image(), t.f32(CHANNELS), t.f32(CHANNELS))),
                entry(
                        "group norm gradient",
                        new GroupNormGrad(GROUPS, EPS),
                        t -> List.of(t.image(), t.f32(CHANNELS), t.image())),
                entry("sum of rows", new Sum(List.of(0, 1)), t -> List.of(t.x())),
                entry("sum of each row", new Sum(List.of(2)), t -> List.of(t.x())),
                entry(
                        "adafactor",
                        Adafactor.paper(RATE).update(weight, 1, RATE),
                        t -> List.of(
                                t.weight(),
                                t.weight(),
                                t.f32(WIDE).square(),
                                t.f32(4 * D).square(),
                                t.weight())),
                entry(
                        "adamw",
                        AdamW.usual(RATE).update(weight, 1, RATE),
                        t -> List.of(
                                t.weight(), t.weight(), t.weight(), t.weight().square())));
    }

    /** Makes what the ops are asked: activations of type {@code stored}, parameters of F32. */
    private record Tensors(DType stored) {
        Tensor x() {
            return stored(BATCH, N, D);
        }

        Tensor gy() {
            return stored(BATCH, N, D).mul(2);
        }

        Tensor heads() {
            return stored(BATCH, H, N, E);
        }

        Tensor image() {
            return stored(8, CHANNELS, 256, 256);
        }

        Tensor streams() {
            return f32(BATCH, 2, D);
        }

        Tensor table() {
            return f32(VOCABULARY, 512);
        }

        Tensor weight() {
            return f32(WIDE, 4 * D);
        }

        Tensor ids() {
            return F.cast(F.uniform(1, 2, VOCABULARY).mul(VOCABULARY - 1), DType.I32);
        }

        List<Tensor> qkNormRope() {
            return List.of(stored(BATCH, N, 3, H, E), f32(E), f32(E), f32(N, E / 2), f32(N, E / 2));
        }

        Tensor f32(int... dims) {
            return F.normal(1, 1, dims);
        }

        private Tensor stored(int... dims) {
            return F.cast(f32(dims), stored);
        }
    }

    private static Contest.Entry entry(String name, Op op, Function<Tensors, List<Tensor>> inputs) {
        return new Contest.Entry("memory: " + name, lab -> contest(lab, op, inputs));
    }

    private static Contest contest(Lab lab, Op op, Function<Tensors, List<Tensor>> inputs) {
        Tensors tensors = new Tensors(lab.device().backend().compute());
        List<Tensor> in = lab.keep(() -> inputs.apply(tensors));
        long bytes = bytes(in) + lab.device().call(() -> bytes(Interpreter.bind(op, in)));
        Tensor other = lab.keep(() -> F.normal(1, 3, Math.toIntExact(bytes / 2 / Float.BYTES)));
        Map<Rival, Contender> copy = Map.of(Rival.COPY, repeated(lab, new Copy(), List.of(other)));
        return new Contest(Unit.GIGABYTES, (double) RUNS * bytes, 0, repeated(lab, op, in), copy);
    }

    private static Contender repeated(Lab lab, Op op, List<Tensor> in) {
        return lab.ours(() -> {
            for (int run = 1; run < RUNS; run++) {
                Scope.run("run", () -> Interpreter.bind(op, in));
            }
            return Interpreter.bind(op, in);
        });
    }

    private static long bytes(List<Tensor> tensors) {
        return tensors.stream().mapToLong(t -> t.spec().bytes()).sum();
    }
}
