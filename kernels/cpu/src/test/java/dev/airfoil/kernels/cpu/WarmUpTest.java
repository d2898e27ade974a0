package dev.airfoil.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.airfoil.tensor.BackendProvider.Options;
import org.junit.jupiter.api.Test;

class WarmUpTest {
    @Test
    void leavesNoMemoryBehind() {
        try (CpuBackend backend = new CpuBackend(Options.DEFAULT)) {
            WarmUp.run(backend);

            assertThat(backend.memory().blocks()).isZero();
            assertThat(backend.packedBytes()).isZero();
            assertThat(backend.memory().peak()).isBetween(1L, 1L << 20);
        }
    }
}
