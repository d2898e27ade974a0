package dev.airfoil.kernels.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GemmMmaTest {
    private static final int UNITS = 132;

    @ParameterizedTest
    @CsvSource({"1, 1, 0", "1, 1, 1", "192, 192, 69632", "69632, 576, 192", "7, 5, 100000", "8192, 8192, 8192"})
    void everyPlanIsLaunchable(int m, int n, int k) {
        Gemm.Plan plan = GemmMma.plan(m, n, k, 1, UNITS);
        assertThat(plan.file()).isEqualTo("gemm_mma");
        assertThat(plan.count(m, n) * plan.m() * plan.n()).isGreaterThanOrEqualTo((long) m * n);
        assertThat(plan.parts()).isBetween(1, 65535);
    }

    @Test
    void aLongSumOfFewTilesIsSplitOverTheDevice() {
        Gemm.Plan plan = GemmMma.plan(576, 192, 69632, 1, UNITS);
        assertThat(plan.count(576, 192) * plan.parts()).isGreaterThan(UNITS / 2);
    }

    @Test
    void aShortSumIsNotSplit() {
        assertThat(GemmMma.plan(64, 64, 192, 1, UNITS).parts()).isEqualTo(1);
    }
}
