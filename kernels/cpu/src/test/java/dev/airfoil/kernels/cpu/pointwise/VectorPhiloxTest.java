package dev.airfoil.kernels.cpu.pointwise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.airfoil.kernels.cpu.CpuBackend;
import dev.airfoil.kernels.cpu.Mem;
import dev.airfoil.tensor.BackendProvider.Options;
import dev.airfoil.tensor.Eager;
import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Scope;
import dev.airfoil.tensor.random.Philox;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Vectors give the very bits of {@link Philox}. */
class VectorPhiloxTest {
    private static final int N = 5 * VectorPhilox.GROUP;
    private static final long SEED = 0xfedcba9876543210L;
    private static final long STREAM = 0x8000000180000001L;

    /** The last begins two blocks before their number no longer fits 32 bits. */
    @ParameterizedTest
    @ValueSource(longs = {0, 4, 2_048, (1L << 34) - 8})
    void numbersAreThoseOfTheGenerator(long from) {
        MemorySegment uniform = Mem.ofSize(N);
        MemorySegment normal = Mem.ofSize(N);
        VectorPhilox.uniform(SEED, STREAM, from, uniform, 0, N);
        VectorPhilox.normal(SEED, STREAM, from, normal, 0, N);
        float[] uniforms = Mem.floats(uniform);
        float[] normals = Mem.floats(normal);
        for (int i = 0; i < N; i++) {
            assertThat(uniforms[i]).isEqualTo(Philox.uniform(SEED, STREAM, from + i));
            assertThat(normals[i]).isEqualTo(Philox.normal(SEED, STREAM, from + i));
        }
    }

    /** Few are made one by one; of many, a piece ends within a vector. */
    @ParameterizedTest
    @ValueSource(ints = {1, 97, 16_384, 16_385, 20_011})
    void theKernelMakesAnyNumberOfThem(int n) {
        try (CpuBackend cpu = new CpuBackend(Options.DEFAULT)) {
            float[] normals = new Eager(cpu)
                    .call(() -> Scope.call("test", () -> F.normal(7, 9, n).toFloats()));
            float[] uniforms = new Eager(cpu)
                    .call(() -> Scope.call("test", () -> F.uniform(7, 9, n).toFloats()));
            for (int i = 0; i < n; i++) {
                assertThat(normals[i]).isEqualTo(Philox.normal(7, 9, i));
                assertThat(uniforms[i]).isEqualTo(Philox.uniform(7, 9, i));
            }
        }
    }
}
