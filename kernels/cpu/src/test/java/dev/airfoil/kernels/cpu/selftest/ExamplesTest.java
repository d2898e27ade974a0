package dev.airfoil.kernels.cpu.selftest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.airfoil.kernels.cpu.CpuBackend;
import dev.airfoil.kernels.cpu.Kernels;
import dev.airfoil.tensor.BackendProvider.Options;
import dev.airfoil.tensor.Eager;
import dev.airfoil.tensor.Scope;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ExamplesTest {
    private static List<Example> all(Size size) {
        return Stream.of(Examples.ofTiles(size), Examples.ofKernels(size))
                .flatMap(List::stream)
                .toList();
    }

    @Test
    void everyKernelHasOneAndRunsIt() {
        try (CpuBackend backend = new CpuBackend(Options.DEFAULT)) {
            new Eager(backend)
                    .run(() -> Scope.run("examples", () -> {
                        for (Size size : List.of(Size.TINY, Size.FULL)) {
                            assertThat(all(size)).allSatisfy(e -> {
                                assertThat(backend.supports(e.op(), e.inputs()))
                                        .as("%s", e.op())
                                        .isTrue();
                                assertThat(e.bytes()).isPositive();
                            });
                            assertThat(all(size).stream().<Object>map(e -> e.op().getClass()))
                                    .containsAll(Kernels.ops())
                                    .hasSizeGreaterThan(Kernels.ops().size());
                        }
                    }));
        }
    }

    @Test
    void productsAreCountedInMultiplicationsAndAdditions() {
        try (CpuBackend backend = new CpuBackend(Options.DEFAULT)) {
            new Eager(backend)
                    .run(() -> Scope.run("examples", () -> {
                        Size s = new Size(3, 2, 4, 5, 6);
                        assertThat(Examples.ofTiles(s).stream().map(Example::flops))
                                .containsExactly(2.0 * 3 * 8 * 8, 4.0 * 2 * 3 * 4 * 3, 10.0 * 2 * 3 * 4 * 3);
                        assertThat(Examples.ofKernels(s).stream()
                                        .map(Example::flops)
                                        .limit(8))
                                .containsExactly(
                                        2.0 * 3 * 8 * 8,
                                        2.0 * 3 * 8 * 8,
                                        2.0 * 3 * 8 * 8,
                                        2.0 * 36 * 25 * 9,
                                        2.0 * 36 * 25 * 9,
                                        2.0 * 9 * 25 * 9,
                                        2.0 * 36 * 25 * 9,
                                        0.0);
                    }));
        }
    }
}
