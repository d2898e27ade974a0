package dev.airfoil.kernels.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.airfoil.tensor.BackendProvider.Options;
import dev.airfoil.tensor.BackendProvider.Precision;
import dev.airfoil.tensor.DType;
import dev.airfoil.tensor.Eager;
import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Interpreter;
import dev.airfoil.tensor.Scope;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.Attention;
import dev.airfoil.tensor.ops.AttentionGrad;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Tensor cores against the portable kernels of the same device: as near as factors of 8 bits allow. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TensorCoresTest {
    /** A rounded factor is off by 2^-9 at most; the gradients of attention multiply three of them. */
    private static final double TOLERANCE = 1.5e-2;

    private ClBackend mixed;
    private ClBackend portable;

    @BeforeAll
    void open() {
        portable = Devices.open(Options.DEFAULT);
        mixed = Devices.open(new Options(OptionalInt.empty(), OptionalLong.empty(), Precision.MIXED));
        if (!mixed.tensorCores()) {
            String reason = "tensor cores need an NVIDIA device of compute capability 8.0, not " + mixed.description();
            System.out.println("Tensor core tests are skipped: " + reason);
            Assumptions.abort(reason);
        }
    }

    @AfterAll
    void close() {
        Stream.of(portable, mixed).filter(b -> b != null).forEach(ClBackend::close);
    }

    static Stream<Agreement.Case> cases() {
        return Agreement.cases().stream()
                .filter(c -> Stream.of("matmul", "linear", "attention").anyMatch(c.name()::startsWith));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void productsAgreeWithThePortableKernels(Agreement.Case c) {
        double error = Scope.call("case", () -> Agreement.error(c, portable, mixed));
        assertThat(error).as(c.name()).isLessThanOrEqualTo(TOLERANCE);
    }

    /** Attention of BF16 tensors, {@code n x m x e}. */
    record Heads(int n, int m, int e, Attention.Direction direction, boolean masked) {}

    static Stream<Heads> heads() {
        int[][] lengths = {{2, 17}, {16, 17}, {65, 130}, {130, 65}, {333, 333}};
        return Stream.of(lengths)
                .flatMap(l -> IntStream.of(32, 64, 128)
                        .boxed()
                        .flatMap(e -> Stream.of(Attention.Direction.values())
                                .flatMap(d ->
                                        Stream.of(true, false).map(masked -> new Heads(l[0], l[1], e, d, masked)))))
                .filter(TensorCoresTest::seesSeveralKeys);
    }

    /** Of one key gradients are mere rounding, and a mask may leave no more of the two that two queries see. */
    private static boolean seesSeveralKeys(Heads h) {
        return h.n > 2 || h.direction == Attention.Direction.BOTH || !h.masked;
    }

    @ParameterizedTest
    @MethodSource("heads")
    void attentionOfBf16AgreesWithThePortableKernelsOnTheSameNumbers(Heads heads) {
        Scope.run("case", () -> {
            List<float[]> wanted = outputsAndGradients(portable, DType.F32, heads);
            List<float[]> got = outputsAndGradients(mixed, DType.BF16, heads);
            for (int i = 0; i < wanted.size(); i++) {
                assertThat(Agreement.error(wanted.get(i), got.get(i)))
                        .as(List.of("o", "lse", "gq", "gk", "gv").get(i))
                        .isLessThanOrEqualTo(TOLERANCE);
            }
        });
    }

    private static List<float[]> outputsAndGradients(ClBackend backend, DType type, Heads heads) {
        Attention op = new Attention(0.3f, heads.direction);
        int[] size = {heads.n, heads.m, heads.e};
        return new Eager(backend).call(() -> {
            List<Tensor> in = new ArrayList<>();
            for (Tensor t : Agreement.heads(size, heads.masked)) {
                in.add(t.dtype() == DType.F32 ? rounded(t, type) : t);
            }
            List<Tensor> out = Interpreter.bind(op, in);
            List<Tensor> all = new ArrayList<>(in.subList(0, 3));
            all.addAll(out);
            all.add(rounded(Agreement.x(9, 2, heads.n, 3, heads.e), type));
            all.addAll(in.subList(3, in.size()));
            return Stream.concat(out.stream(), Interpreter.bind(new AttentionGrad(op), all).stream())
                    .map(Agreement::floats)
                    .toList();
        });
    }

    /**
     * The BF16 nearest to {@code t}'s numbers, stored as {@code type}, with the second and third axes exchanged in
     * memory.
     */
    private static Tensor rounded(Tensor t, DType type) {
        Tensor bf16 = F.cast(t.permute(0, 2, 1, 3), DType.BF16);
        return (type == DType.BF16 ? bf16 : F.cast(bf16, type)).permute(0, 2, 1, 3);
    }
}
