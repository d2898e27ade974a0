package dev.airfoil.kernels.cpu.rows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.airfoil.kernels.cpu.Mem;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class RowMathTest {
    private static final int[] SIZES = {1, 7, 8, 9, 31, 32, 33, 67, 1_101, 4_096, 4_097, 10_007};

    /** {@code n} numbers around {@code mean}, the first one {@code off} away from it. */
    private static float[] row(int n, float mean, float off) {
        float[] x = Mem.random(n, n);
        x[0] = off;
        for (int i = 0; i < n; i++) {
            x[i] += mean;
        }
        return x;
    }

    private static void check(float[] x) {
        double mean = 0;
        for (float v : x) {
            mean += (double) v / x.length;
        }
        double variance = 0;
        for (float v : x) {
            variance += (v - mean) * (v - mean) / x.length;
        }
        float[] moments = new float[RowMath.ROOM];
        RowMath.moments(Mem.of(x), 0, x.length, moments);
        double scale = Math.max(1, Math.abs(mean) + Math.sqrt(variance));
        assertThat((double) moments[0]).isCloseTo(mean, within(1e-6 * scale));
        assertThat((double) moments[1]).isCloseTo(variance, within(3e-6 * Math.max(1e-3, variance)));
    }

    @Test
    void meanAndVarianceOfRowsFarFromZero() {
        for (int n : SIZES) {
            check(row(n, 0, 0));
            check(row(n, 50, 0));
        }
    }

    @Test
    void oneElementFarFromTheOthers() {
        for (int n : SIZES) {
            check(row(n, 0, 1_000));
        }
    }

    @Test
    void equalElementsHaveNoVariance() {
        for (int n : SIZES) {
            float[] x = new float[n];
            Arrays.fill(x, 3);
            float[] moments = new float[RowMath.ROOM];
            RowMath.moments(Mem.of(x), 0, n, moments);
            assertThat(moments[0]).isEqualTo(3);
            assertThat(moments[1]).isCloseTo(0, within(1e-6f));
        }
    }

    @Test
    void sumsProductsAndLargest() {
        for (int n : SIZES) {
            float[] x = row(n, 0, 0);
            MemorySegment s = Mem.of(x);
            double sum = 0;
            double squares = 0;
            float max = x[0];
            for (float v : x) {
                sum += v;
                squares += (double) v * v;
                max = Math.max(max, v);
            }
            assertThat((double) RowMath.sum(s, 0, n)).isCloseTo(sum, within(1e-6 * n));
            assertThat((double) RowMath.dot(s, 0, s, 0, n)).isCloseTo(squares, within(1e-6 * n));
            assertThat(RowMath.max(s, 0, n)).isEqualTo(max);
            x[n - 1] = Float.NaN;
            assertThat(RowMath.max(Mem.of(x), 0, n)).isNaN();
        }
    }
}
