package dev.airfoil.kernels.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.airfoil.tensor.Backend;
import dev.airfoil.tensor.BackendProvider.Options;
import dev.airfoil.tensor.DType;
import dev.airfoil.tensor.Eager;
import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Scope;
import dev.airfoil.tensor.Shape;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.host.ReferenceBackend;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class GemmWgmmaTest {
    private static final int UNITS = 132;

    /** Bytes of local memory that a work-group of a Hopper may have. */
    private static final int LOCAL = 227 << 10;

    @ParameterizedTest
    @CsvSource({
        "21312, 3456, 1152, APART_128X192, 1",
        "3456, 1152, 21312, SHARED_256X128, 1",
        "1152, 1152, 21312, APART_128X192, 2",
        "666, 1152, 1152, SHARED_128X64, 1"
    })
    void aPlanIsWhatWasMeasuredBest(int m, int n, int k, GemmWgmma.Tile tile, int parts) {
        GemmWgmma.Plan plan = GemmWgmma.plan(m, n, k, 1, UNITS);
        assertThat(plan.tile()).isEqualTo(tile);
        assertThat(plan.parts(k)).isEqualTo(parts);
    }

    @ParameterizedTest
    @CsvSource({"1, 1, 1", "8192, 8192, 8192", "64, 64, 1000000", "7, 5, 65"})
    void partsCoverAllOfK(int m, int n, int k) {
        GemmWgmma.Plan plan = GemmWgmma.plan(m, n, k, 1, UNITS);
        assertThat(64L * plan.slices() * plan.parts(k)).isGreaterThanOrEqualTo(k);
        assertThat(64L * plan.slices() * (plan.parts(k) - 1)).isLessThan(k);
    }

    @ParameterizedTest
    @EnumSource
    void aRingFitsIntoLocalMemory(GemmWgmma.Tile tile) {
        assertThat(tile.stages * (tile.m + tile.n) * 64 * DType.BF16.bytes() + 1024)
                .isLessThanOrEqualTo(LOCAL);
        assertThat(tile.n % 64).isZero();
    }

    @Test
    void theCopyEngineReadsRowsOf16Bytes() {
        try (Backend backend = new ReferenceBackend(Options.DEFAULT)) {
            new Eager(backend)
                    .run(() -> Scope.run("test", () -> {
                        Tensor x = F.cast(F.fill(Shape.of(4, 16, 24), 1), DType.BF16);
                        assertThat(GemmWgmma.reads(operand(x, 24, 384))).isTrue();
                        assertThat(GemmWgmma.reads(operand(x.narrow(2, 8, 9), 24, 384)))
                                .isTrue();
                        assertThat(GemmWgmma.reads(operand(x.narrow(2, 1, 8), 24, 384)))
                                .isFalse();
                        assertThat(GemmWgmma.reads(operand(x, 20, 384))).isFalse();
                        assertThat(GemmWgmma.reads(operand(x, 24, 388))).isFalse();
                        assertThat(GemmWgmma.reads(operand(F.cast(x, DType.F32), 24, 384)))
                                .isFalse();
                    }));
        }
    }

    private static Gemm.Operand operand(Tensor t, long pitch, long batch) {
        return new Gemm.Operand(t, false, pitch, batch);
    }
}
