package dev.airfoil.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.airfoil.kernels.cpu.gemm.Stored;
import dev.airfoil.tensor.BackendProvider.Options;
import dev.airfoil.tensor.DType;
import dev.airfoil.tensor.Eager;
import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Interpreter;
import dev.airfoil.tensor.Op;
import dev.airfoil.tensor.Scope;
import dev.airfoil.tensor.Shape;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.TensorException;
import dev.airfoil.tensor.host.ReferenceBackend;
import dev.airfoil.tensor.ops.Activation;
import dev.airfoil.tensor.ops.ActivationGrad;
import dev.airfoil.tensor.ops.AdaLnModulate;
import dev.airfoil.tensor.ops.AdaLnModulateGrad;
import dev.airfoil.tensor.ops.AdafactorUpdate;
import dev.airfoil.tensor.ops.AdamWUpdate;
import dev.airfoil.tensor.ops.Attention;
import dev.airfoil.tensor.ops.AttentionGrad;
import dev.airfoil.tensor.ops.Conv2d;
import dev.airfoil.tensor.ops.Conv2dGradInput;
import dev.airfoil.tensor.ops.Conv2dGradWeight;
import dev.airfoil.tensor.ops.Copy;
import dev.airfoil.tensor.ops.GatedResidual;
import dev.airfoil.tensor.ops.GatedResidualGrad;
import dev.airfoil.tensor.ops.GroupNorm;
import dev.airfoil.tensor.ops.GroupNormGrad;
import dev.airfoil.tensor.ops.LayerNorm;
import dev.airfoil.tensor.ops.LayerNormGrad;
import dev.airfoil.tensor.ops.Linear;
import dev.airfoil.tensor.ops.LinearQ8;
import dev.airfoil.tensor.ops.MatMul;
import dev.airfoil.tensor.ops.Max;
import dev.airfoil.tensor.ops.QkNormRope;
import dev.airfoil.tensor.ops.QkNormRopeGrad;
import dev.airfoil.tensor.ops.ScatterAdd;
import dev.airfoil.tensor.ops.Softmax;
import dev.airfoil.tensor.ops.Sum;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Kernels at sizes where they run in parallel and in several blocks; small ones are in the catalogue of all ops. */
class CpuBackendTest {
    private static final float EPS = 1e-6f;

    private static CpuBackend cpu(int threads) {
        return new CpuBackend(new Options(OptionalInt.of(threads), OptionalLong.empty()));
    }

    /** The outputs of op, on whichever backend is current. */
    private static List<float[]> run(Op op, Supplier<List<Tensor>> inputs) {
        return Scope.call(
                "case",
                () -> Interpreter.bind(op, inputs.get()).stream()
                        .map(Tensor::toFloats)
                        .toList());
    }

    /** Agreement with the definition, and the same bits on one, two and three threads. */
    private static void check(Op op, Supplier<List<Tensor>> inputs) {
        try (ReferenceBackend reference = new ReferenceBackend(Options.DEFAULT);
                CpuBackend one = cpu(1);
                CpuBackend two = cpu(2);
                CpuBackend three = cpu(3)) {
            List<float[]> wanted = new Eager(reference).call(() -> run(op, inputs));
            List<float[]> got = new Eager(three).call(() -> run(op, inputs));
            List<float[]> alone = new Eager(one).call(() -> run(op, inputs));
            List<float[]> both = new Eager(two).call(() -> run(op, inputs));
            for (int i = 0; i < wanted.size(); i++) {
                assertThat(Mem.error(got.get(i), doubles(wanted.get(i))))
                        .as("%s output %d", op, i)
                        .isLessThan(5e-6);
                assertThat(alone.get(i)).as("%s output %d on one thread", op, i).isEqualTo(got.get(i));
                assertThat(both.get(i)).as("%s output %d on two threads", op, i).isEqualTo(got.get(i));
            }
            assertThat(three.memory().blocks()).isZero();
        }
    }

    private static Tensor n(int stream, int... dims) {
        return F.normal(3, stream, dims);
    }

    private static Tensor positive(int stream, int... dims) {
        return F.affine(F.uniform(3, stream, dims), 1, 0.1);
    }

    @Test
    void products() {
        check(new Linear(Activation.Fn.GELU_TANH), () -> List.of(n(1, 3, 41, 70), n(2, 99, 70), n(3, 99)));
        check(
                new MatMul(),
                () -> List.of(n(1, 123, 90).transpose(), n(2, 77, 123).transpose()));
        check(new MatMul(), () -> List.of(n(1, 4, 5, 33, 40), n(2, 4, 5, 40, 37)));
        check(new MatMul(), () -> List.of(n(1, 2, 130, 64), F.expand(n(2, 64, 50), Shape.of(2, 64, 50))));
    }

    @Test
    void productsWithNarrowWeights() {
        for (int rows : new int[] {1, 3, 8, 41}) {
            for (int k : new int[] {70, 268}) { // 70 is no whole number of words of bytes
                check(
                        new Linear(Activation.Fn.GELU_TANH),
                        () -> List.of(n(1, rows, k), F.cast(n(2, 399, k), DType.BF16), n(3, 399)));
                check(new LinearQ8(Activation.Fn.SILU), () -> {
                    LinearQ8.Weight w = LinearQ8.Weight.of(n(2, 399, k));
                    return List.of(n(1, rows, k), w.values(), w.scale(), n(3, 399));
                });
            }
        }
    }

    @Test
    void aWeightOfBytesIsTheNearest() {
        try (CpuBackend backend = cpu(2)) {
            new Eager(backend)
                    .run(() -> Scope.run("weight", () -> {
                        Tensor w = Tensor.of(new float[] {127, -127, 0.4f, 63.6f, 0, 0, 0, 0, -2, 1, 2, -1}, 3, 4);
                        LinearQ8.Weight bytes = LinearQ8.Weight.of(w);
                        assertThat(F.cast(bytes.values(), DType.F32).toFloats())
                                .containsExactly(127, -127, 0, 64, 0, 0, 0, 0, -127, 64, 127, -63);
                        assertThat(bytes.scale().toFloats()[2]).isEqualTo(2 / 127f);
                    }));
        }
    }

    @Test
    void aNarrowWeightUsedAgainGivesTheSame() {
        try (CpuBackend backend = cpu(3)) {
            new Eager(backend)
                    .run(() -> Scope.run("model", () -> {
                        Tensor w = F.cast(n(1, 77, 64), DType.BF16);
                        for (int rows : new int[] {2, 6, 30}) {
                            Tensor x = n(2, rows, 64);
                            List<Tensor> in = List.of(x, w);
                            float[] first = run(new Linear(Activation.Fn.NONE), () -> in)
                                    .getFirst();
                            float[] second = run(new Linear(Activation.Fn.NONE), () -> in)
                                    .getFirst();
                            assertThat(second).as("%d rows", rows).isEqualTo(first);
                        }
                        assertThat(backend.packedBytes())
                                .isEqualTo(4 * Choice.DEFAULT.gemm().packedSize(Stored.BF16, 64, 77));
                    }));
        }
    }

    private static double[] doubles(float[] x) {
        return IntStream.range(0, x.length).mapToDouble(i -> x[i]).toArray();
    }

    @Test
    void normsAndTheirGradients() {
        int d = 67;
        check(new LayerNorm(EPS), () -> List.of(n(1, 5, 100, d), n(2, d), n(3, d)));
        check(new LayerNormGrad(EPS), () -> List.of(n(1, 5, 100, d), n(2, d), n(3, 5, 100, d)));
        for (int split : new int[] {0, 33, 100}) {
            check(new AdaLnModulate(split, EPS), () -> List.of(n(1, 5, 100, d), n(2, 5, 2, d), n(3, 5, 2, d)));
            check(new AdaLnModulateGrad(split, EPS), () -> List.of(n(1, 5, 100, d), n(2, 5, 2, d), n(3, 5, 100, d)));
        }
        for (GatedResidual.Norm norm : GatedResidual.Norm.values()) {
            check(new GatedResidual(40, norm), () -> List.of(n(1, 3, 90, d), n(2, 3, 90, d), n(3, 3, 2, d)));
            check(new GatedResidualGrad(40, norm), () -> List.of(n(1, 3, 90, d), n(2, 3, 2, d), n(3, 3, 90, d)));
        }
        check(new GroupNorm(4, EPS, Activation.Fn.SILU), () -> List.of(n(1, 3, 12, 23, 23), n(2, 12), n(3, 12)));
        check(new GroupNormGrad(4, EPS), () -> List.of(n(1, 3, 12, 23, 23), n(2, 12), n(3, 3, 12, 23, 23)));
    }

    /** There the scale is 1 / sqrt(eps), and what was rounded before it would grow a thousandfold. */
    @Test
    void aRowWithoutVarianceIsExactlyZero() {
        try (CpuBackend backend = cpu(2)) {
            new Eager(backend)
                    .run(() -> Scope.run("test", () -> {
                        for (int d : new int[] {1, 37, 5_000}) {
                            Tensor x = F.expand(Tensor.of(new float[] {3.7f, -0.1f, 1234.5f}, 3, 1), Shape.of(3, d));
                            Tensor ones = F.fill(Shape.of(d), 1);
                            Tensor gy = n(1, 3, d);
                            assertThat(F.layerNorm(x, ones, F.zeros(d), EPS).toFloats())
                                    .containsOnly(0);
                            assertThat(Interpreter.bind(new LayerNormGrad(EPS), List.of(x, ones, gy))
                                            .get(1)
                                            .toFloats())
                                    .containsOnly(0);
                            Tensor images = x.reshape(3, 1, d, 1);
                            Tensor one = F.fill(Shape.of(1), 1);
                            assertThat(F.groupNorm(images, one, F.zeros(1), 1, EPS, Activation.Fn.NONE)
                                            .toFloats())
                                    .containsOnly(0);
                            assertThat(Interpreter.bind(
                                                    new GroupNormGrad(1, EPS),
                                                    List.of(images, one, gy.reshape(3, 1, d, 1)))
                                            .get(1)
                                            .toFloats())
                                    .containsOnly(0);
                        }
                    }));
        }
    }

    @Test
    void queriesAndKeysAreNormedAndTurned() {
        for (int e : new int[] {2, 16, 20, 48, 64}) {
            check(
                    new QkNormRope(EPS),
                    () -> List.of(n(1, 2, 50, 3, 4, e), n(2, e), n(3, e), n(4, 50, e / 2), n(5, 50, e / 2)));
            check(new QkNormRopeGrad(EPS), () -> {
                List<Tensor> in = new ArrayList<>(
                        List.of(n(1, 2, 50, 3, 4, e), n(2, e), n(3, e), n(4, 50, e / 2), n(5, 50, e / 2)));
                in.addAll(List.of(n(6, 2, 4, 50, e), n(7, 2, 4, 50, e), n(8, 2, 4, 50, e)));
                return in;
            });
        }
    }

    @Test
    void reductionsAndScatter() {
        check(new Sum(List.of(0)), () -> List.of(n(1, 700, 131)));
        check(new Sum(List.of(1)), () -> List.of(n(1, 2, 70, 1001)));
        check(new Sum(List.of(1)), () -> List.of(n(1, 5, 9001).mul(2).add(1)));
        check(new Sum(List.of(0, 2)), () -> List.of(n(1, 17, 31, 47)));
        check(new Max(1), () -> List.of(n(1, 31, 70, 33)));
        check(new Max(2), () -> List.of(n(1, 31, 70, 33)));
        int[] ids = new int[500];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = i * 7 % 23;
        }
        check(new ScatterAdd(23), () -> List.of(Tensor.of(ids, 500), n(1, 500, 97)));
    }

    @Test
    void copiesOfViewsThatLieAcross() {
        check(new Copy(), () -> List.of(n(1, 523, 101).transpose()));
        check(new Copy(), () -> List.of(n(1, 3, 19, 33, 30).permute(0, 2, 3, 1)));
        check(new Copy(), () -> List.of(n(1, 40, 5, 290).narrow(2, 7, 270).permute(2, 1, 0)));
        check(new Copy(), () -> List.of(n(1, 2, 300, 6, 16).permute(0, 2, 1, 3)));
        for (int rows : new int[] {1, 7, 8, 15, 16, 17, 31, 1_024}) {
            check(new Copy(), () -> List.of(n(1, rows, 263).transpose()));
        }
    }

    @Test
    void copiesOfOneNumberManyTimes() {
        check(new Copy(), () -> List.of(n(1, 37, 1).expand(37, 50)));
        check(new Copy(), () -> List.of(n(1, 1, 50).expand(37, 50).transpose()));
        check(new Copy(), () -> List.of(n(1, 3, 1, 300).expand(3, 40, 300).permute(2, 1, 0)));
        check(new Copy(), () -> List.of(n(1, 1).expand(700, 60)));
    }

    @Test
    void bf16IsRoundedAsTheTypeSays() {
        float[] all = new float[70_001];
        float[] rounded = new float[all.length];
        for (int i = 0; i < all.length; i++) { // all over the bits, with ties, infinities and NaN
            all[i] = Float.intBitsToFloat(i * 0xf000);
            rounded[i] = DType.fromBf16(DType.toBf16(all[i]));
        }
        try (CpuBackend backend = cpu(2)) {
            new Eager(backend)
                    .run(() -> Scope.run("cast", () -> {
                        Tensor bf16 = F.cast(Tensor.of(all, all.length), DType.BF16);
                        assertThat(bf16.toFloats()).isEqualTo(rounded);
                    }));
        }
    }

    @Test
    void elementwiseInManyPieces() {
        for (Activation.Fn fn : Activation.Fn.values()) {
            check(new Activation(fn), () -> List.of(n(1, 33, 1001)));
            check(new ActivationGrad(fn), () -> List.of(n(1, 33, 1001), n(2, 33, 1001)));
        }
    }

    @Test
    void optimizerSteps() {
        check(
                new AdamWUpdate(1e-2, 0.9, 0.99, 1e-8, 0.1, 3),
                () -> List.of(n(1, 20_003), n(2, 20_003), n(3, 20_003), positive(4, 20_003)));
        check(
                new AdafactorUpdate(AdafactorUpdate.Moment.FULL, 1e-2, 0.9, 0.99, 1e-30, 1),
                () -> List.of(n(1, 20_003), n(2, 20_003), positive(3, 20_003), n(4, 20_003)));
        check(
                new AdafactorUpdate(AdafactorUpdate.Moment.FACTORED, 1e-2, 0, 0.99, 1e-30, 1),
                () -> List.of(n(1, 2, 131, 129), n(2, 2, 131, 129), positive(3, 2, 131), positive(4, 2, 129)));
        check(
                new AdafactorUpdate(AdafactorUpdate.Moment.FACTORED, 1e-2, 0.9, 0.99, 1e-30, 1),
                () -> List.of(n(1, 131, 129), n(2, 131, 129), positive(3, 131), positive(4, 129), n(5, 131, 129)));
    }

    @Test
    void convolutions() {
        int c = 50; // patches longer than a block of depths
        for (Conv2d conv : List.of(
                Conv2d.of(1, 1),
                new Conv2d(2, 0, 0, 1, 1),
                Conv2d.of(2, 1),
                new Conv2d(3, 2, 1, 0, 1),
                new Conv2d(1, 0, 2, 1, 1),
                Conv2d.of(1, 4),
                Conv2d.of(2, 5))) {
            for (int w : new int[] {31, 32, 64}) {
                convolution(conv, c, w, 3, 3);
            }
        }
        for (Conv2d conv : List.of(Conv2d.of(1, 0), Conv2d.of(2, 0), Conv2d.of(1, 1), Conv2d.of(3, 0))) {
            convolution(conv, c, 32, 1, 1);
        }
        convolution(Conv2d.of(1, 1), 7, 32, 4, 2);
        convolution(Conv2d.of(1, 2), 200, 16, 2, 5); // a row of the kernel is more than a block of depths
    }

    /** An image of 13 rows, to 13 channels: the image's gradient reads it the other way. */
    private void convolution(Conv2d conv, int c, int w, int i, int j) {
        int p = conv.outRows(13, i);
        int q = conv.outCols(w, j);
        check(conv, () -> List.of(n(1, 2, c, 13, w), n(2, 13, c, i, j)));
        check(new Conv2dGradInput(conv, 13, w), () -> List.of(n(1, 13, c, i, j), n(2, 2, 13, p, q)));
        check(new Conv2dGradWeight(conv, i, j), () -> List.of(n(1, 2, c, 13, w), n(2, 2, 13, p, q)));
    }

    @Test
    void convolutionsOfManyChannels() {
        // More channels than go together, and more pixels than are packed at a time.
        check(Conv2d.of(1, 1), () -> List.of(n(1, 1, 3, 5, 48), n(2, 400, 3, 3, 3)));
        check(new Conv2dGradInput(Conv2d.of(1, 1), 5, 48), () -> List.of(n(1, 3, 400, 3, 3), n(2, 1, 3, 5, 48)));
        check(new Conv2dGradWeight(Conv2d.of(1, 1), 3, 3), () -> List.of(n(1, 1, 3, 5, 48), n(2, 1, 400, 5, 48)));
        check(new Conv2dGradWeight(Conv2d.of(1, 1), 3, 3), () -> List.of(n(1, 1, 3, 100, 48), n(2, 1, 7, 100, 48)));
    }

    @Test
    void aWeightIsPackedOnItsSecondUseAndLetGoWithItsStorage() {
        try (CpuBackend backend = cpu(2)) {
            new Eager(backend)
                    .run(() -> Scope.run("model", () -> {
                        Tensor w = n(1, 40, 30);
                        Tensor x = n(2, 9, 30);
                        float[] first = run(new Linear(Activation.Fn.NONE), () -> List.of(x, w))
                                .getFirst();
                        assertThat(backend.packedBytes()).isZero();
                        float[] second = run(new Linear(Activation.Fn.NONE), () -> List.of(x, w))
                                .getFirst();
                        assertThat(backend.packedBytes()).isPositive();
                        assertThat(second).isEqualTo(first);
                    }));
            assertThat(backend.packedBytes()).isZero();
        }
    }

    /** A pack is speed alone: without room for it the product is the same, and it makes room for a tensor. */
    @Test
    void packedWeightsKeepWithinTheLimit() {
        long limit = 48L << 20;
        try (CpuBackend backend = new CpuBackend(new Options(OptionalInt.of(2), OptionalLong.of(limit)))) {
            new Eager(backend)
                    .run(() -> Scope.run("test", () -> {
                        Tensor w = n(1, 1024, 1024);
                        Tensor x = n(2, 9, 1024);
                        Supplier<float[]> product = () -> Scope.call(
                                "product",
                                () -> F.linear(x, w, Optional.empty(), Activation.Fn.NONE)
                                        .toFloats());
                        float[] first = product.get();
                        assertThat(product.get()).isEqualTo(first);
                        assertThat(backend.packedBytes()).isPositive();
                        Scope.run("large", () -> {
                            F.zeros(40 << 18);
                            assertThat(backend.packedBytes()).isZero();
                            assertThat(product.get()).isEqualTo(first);
                            assertThat(product.get()).isEqualTo(first);
                            assertThat(backend.packedBytes()).isZero();
                        });
                        assertThatThrownBy(() -> F.zeros(48 << 18)).hasMessageContaining("too little memory: 48.0 MiB");
                    }));
        }
    }

    @Test
    void attentionAndItsGradient() {
        Attention op = Attention.ofHeadWidth(20);
        check(op, () -> List.of(n(1, 2, 3, 131, 20), n(2, 2, 3, 117, 20), n(3, 2, 3, 117, 20)));
        for (float scale : new float[] {0, -0.3f}) {
            check(
                    new Attention(scale, Attention.Direction.CAUSAL),
                    () -> List.of(n(1, 1, 2, 31, 20), n(2, 1, 2, 31, 20), n(3, 1, 2, 31, 20)));
        }
        check(new AttentionGrad(op), () -> {
            List<Tensor> in = List.of(n(1, 2, 3, 131, 20), n(2, 2, 3, 117, 20), n(3, 2, 3, 117, 20));
            List<Tensor> out = op.define(in);
            return List.of(in.get(0), in.get(1), in.get(2), out.get(0), out.get(1), n(4, 2, 131, 3, 20));
        });
    }

    @Test
    void softmaxOfRowsOfAnyLength() {
        for (int d = 1; d < 150; d++) {
            int length = d;
            check(new Softmax(), () -> List.of(F.affine(n(1, 70, length), 20, -50)));
        }
    }

    @Test
    void aNaNMakesItsRowOfSoftmaxNaNAndNoOther() {
        try (CpuBackend backend = cpu(1)) {
            for (int d : new int[] {1, 7, 16, 45, 131}) {
                for (int i = 0; i < d; i++) {
                    float[] x = new float[3 * d];
                    x[d + i] = Float.NaN;
                    float[] y = new Eager(backend)
                            .call(() -> Scope.call(
                                    "row", () -> F.softmax(Tensor.of(x, 3, d)).toFloats()));
                    for (int j = 0; j < d; j++) {
                        assertThat(y[d + j]).as("%d of %d", j, d).isNaN();
                        assertThat(y[j]).as("%d of %d, row before", j, d).isEqualTo(1f / d, within(1e-6f));
                        assertThat(y[2 * d + j]).as("%d of %d, next row", j, d).isEqualTo(1f / d, within(1e-6f));
                    }
                }
            }
        }
    }

    @Test
    void callersAtOnceGetWhatOneGets() throws InterruptedException {
        try (CpuBackend backend = cpu(3)) {
            Supplier<float[]> body = () -> Scope.call(
                    "caller",
                    () -> F.softmax(n(1, 200, 300).matmul(n(2, 300, 170))).toFloats());
            float[] wanted = new Eager(backend).call(body);
            Queue<float[]> got = new ConcurrentLinkedQueue<>();
            List<Thread> callers = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                Thread.Builder builder = i % 2 == 0 ? Thread.ofVirtual() : Thread.ofPlatform();
                callers.add(builder.start(() -> got.add(new Eager(backend).call(body))));
            }
            for (Thread caller : callers) {
                caller.join();
            }
            assertThat(got).hasSize(6).allSatisfy(x -> assertThat(x).isEqualTo(wanted));
            assertThat(backend.memory().blocks()).isZero();
        }
    }

    @Test
    void idsOutsideTheTableAreAnError() {
        try (CpuBackend backend = cpu(2)) {
            assertThatThrownBy(() -> new Eager(backend)
                            .run(() -> Scope.run("bad", () -> F.gather(n(1, 5, 3), Tensor.of(new int[] {5}, 1)))))
                    .isInstanceOf(TensorException.class)
                    .hasMessageContaining("id 5 is outside a table of 5 rows");
        }
    }

    @Test
    void closingTwiceIsHarmless() {
        CpuBackend backend = cpu(2);
        backend.close();
        backend.close();
        assertThat(backend.memory().pooled()).isZero();
    }

    @Test
    void aBackendWithoutDevicesBeyondTheFirstSaysSo() {
        assertThatThrownBy(() -> new CpuProvider().open("1", Options.DEFAULT)).hasMessageContaining("use 'cpu'");
        assertThat(new CpuProvider().open("0", Options.DEFAULT).description()).contains("-bit vectors");
    }
}
