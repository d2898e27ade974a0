package dev.airfoil.kernels.cpu.selftest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.airfoil.kernels.cpu.Choice;
import dev.airfoil.kernels.cpu.ChoiceFile;
import dev.airfoil.kernels.cpu.CpuBackend;
import dev.airfoil.tensor.BackendProvider.Examination;
import dev.airfoil.tensor.BackendProvider.Options;
import dev.airfoil.tensor.Eager;
import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Scope;
import dev.airfoil.tensor.Shape;
import dev.airfoil.tensor.ops.Softmax;
import dev.airfoil.tensor.ops.Sum;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Speeds are made up here: no test is timed. */
class SelfTestTest {
    private static final Limits LIMITS = new Limits(100, 20);

    @TempDir
    Path folder;

    private ChoiceFile file;

    @BeforeEach
    void nothingIsKept() {
        file = new ChoiceFile(folder.resolve("cpu"));
    }

    /** Examines with kernels that reach {@code share} of what is expected; each is run once all the same. */
    private Examination examine(ToDoubleFunction<Trial> share) {
        return examine(LIMITS, share);
    }

    private Examination examine(Limits limits, ToDoubleFunction<Trial> share) {
        return new SelfTest(
                        limits,
                        trials -> trials.stream()
                                .peek(Trial::runTiny)
                                .mapToDouble(t -> t.share(1) / share.applyAsDouble(t))
                                .toArray())
                .run(file);
    }

    @Test
    void whereAllIsWellNothingIsKept() {
        Examination found = examine(_ -> 0.2);
        assertThat(found.complaints()).isEmpty();
        assertThat(found.summary()).contains("100.0 GFLOP/s and copies at 20.0 GB/s", "none fell off a cliff");
        assertThat(file.read()).isEmpty();
    }

    @Test
    void aJvmThatCompilesNoVectorsIsFound() {
        Examination found = examine(new Limits(1, 20), _ -> 0.5);
        assertThat(found.complaints()).hasSize(1);
        assertThat(found.complaints().getFirst()).startsWith("multiply-adds are far too slow beside copies");
    }

    @Test
    void aNarrowerTileTakesThePlaceOfOneThatFell() {
        List<Choice> ways = Choice.ways();
        Assumptions.assumeTrue(ways.size() > 1, "this machine has vectors of one width: there is no other tile");
        String fallen = Choice.DEFAULT.gemm().tile().name();
        String next = ways.get(1).gemm().tile().name();
        Examination found = examine(t -> t.name().equals("matMul") && tile(t).equals(fallen) ? 0.01 : 0.5);
        assertThat(found.complaints())
                .containsExactly("matMul on " + fallen + " runs at 1.00 GFLOP/s (expected: up to 100);"
                        + " from the next start on its place is taken by " + next
                        + " at 50.0 GFLOP/s (expected: up to 100)");
        Choice kept = file.read().orElseThrow();
        assertThat(kept.differences()).isEqualTo("products on " + next);
        assertThat(product(kept)).isEqualTo(product(Choice.DEFAULT));
        examine(_ -> 0.5);
        assertThat(file.read()).isEmpty();
    }

    private static String tile(Trial trial) {
        return trial.backend().choice().gemm().tile().name();
    }

    private static float[] product(Choice choice) {
        Supplier<float[]> body = () -> Scope.call(
                "product",
                () -> F.normal(1, 0, 29, 70).matmul(F.normal(1, 1, 70, 83)).toFloats());
        try (CpuBackend backend = new CpuBackend(Options.DEFAULT, choice)) {
            return new Eager(backend).call(body);
        }
    }

    @Test
    void attentionHasTilesOfItsOwn() {
        List<Choice> ways = Choice.ways();
        Assumptions.assumeTrue(ways.size() > 1, "this machine has vectors of one width: there is no other tile");
        Examination found = examine(t -> t.name().equals("attentionGrad")
                        && t.backend()
                                .choice()
                                .attention()
                                .name()
                                .equals(Choice.DEFAULT.attention().name())
                ? 0.01
                : 0.5);
        String next = ways.get(1).attention().name();
        assertThat(found.complaints()).hasSize(1);
        assertThat(found.complaints().getFirst())
                .startsWith("attentionGrad on ")
                .contains("taken by " + next);
        assertThat(file.read().orElseThrow().differences()).isEqualTo("attention on " + next);
    }

    @Test
    void aTileStaysWhereNoOtherIsFaster() {
        Examination found = examine(t -> t.name().equals("matMul") ? 0.01 : 0.5);
        assertThat(found.complaints()).hasSize(1);
        assertThat(found.complaints().getFirst()).endsWith("it stays, as nothing else is faster");
        assertThat(file.read()).isEmpty();
    }

    @Test
    void aDefinitionTakesThePlaceOfASlowerKernel() {
        List<String> names = new ArrayList<>();
        Examination found = examine(t -> {
            names.add(t.name());
            boolean avoided =
                    t.backend().choice().avoided().contains(t.full().op().getClass());
            return switch (t.full().op()) {
                case Softmax _ -> avoided ? 0.02 : 0.01;
                case Sum _ -> avoided ? 0.001 : 0.01;
                default -> 0.5;
            };
        });
        assertThat(found.complaints())
                .containsExactlyInAnyOrder(
                        "softmax runs at 0.200 GB/s (expected: up to 20.0);"
                                + " from the next start on its place is taken by its definition",
                        "sum runs at 0.0500 GB/s (expected: up to 5.00); it stays, as nothing else is faster");
        assertThat(names).filteredOn("softmax"::equals).hasSize(2);
        Choice kept = file.read().orElseThrow();
        assertThat(kept.avoided()).containsExactly(Softmax.class);
        Supplier<float[]> body = () ->
                Scope.call("softmax", () -> F.softmax(F.fill(Shape.of(2, 4), 3)).toFloats());
        try (CpuBackend backend = new CpuBackend(Options.DEFAULT, kept)) {
            assertThat(new Eager(backend).call(body)).containsOnly(0.25f);
        }
    }
}
