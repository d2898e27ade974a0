package dev.airfoil.kernels.cpu.gemm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.airfoil.kernels.cpu.Choice;
import dev.airfoil.kernels.cpu.Floats;
import dev.airfoil.kernels.cpu.Mem;
import dev.airfoil.kernels.cpu.WorkerPool;
import dev.airfoil.tensor.DType;
import dev.airfoil.tensor.ops.Activation;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every way to multiply with a weight of each storage, against double loops: any rows, edges of words and panels. */
class NarrowWeightsTest {
    private static final int[] ROWS = {1, 2, 3, 4, 5, 8, 9, 23};

    /** Rows with room between them, and their values. */
    private record Weight(MemorySegment data, long stride, float[] values) {
        static Weight of(Stored stored, int n, int k) {
            int bytes = 4 / stored.perWord();
            long stride = (k + 4L) * bytes;
            MemorySegment data = Arena.ofAuto().allocate(Math.max(1, n * stride - 4L * bytes), 64);
            float[] values = Mem.random(n * k, 5);
            for (int i = 0; i < values.length; i++) {
                long at = i / k * stride + (long) i % k * bytes;
                switch (stored) {
                    case F32 -> data.set(ValueLayout.JAVA_FLOAT_UNALIGNED, at, values[i]);
                    case BF16 -> {
                        short bits = DType.toBf16(values[i]);
                        data.set(ValueLayout.JAVA_SHORT_UNALIGNED, at, bits);
                        values[i] = DType.fromBf16(bits);
                    }
                    case I8 -> {
                        byte b = (byte) Math.clamp(Math.round(60 * values[i]), -128, 127);
                        data.set(ValueLayout.JAVA_BYTE, at, b);
                        values[i] = b;
                    }
                }
            }
            return new Weight(data, stride, values);
        }

        Operand words() {
            return new Operand(data, 0, stride, 4);
        }
    }

    private enum Way {
        ROW_DOTS,
        FEW_ROWS,
        PACKED,
        ON_THE_FLY
    }

    private static float[] run(
            WorkerPool pool, Gemm gemm, Way way, Stored stored, int[] mnk, float[] x, float[] scale) {
        int m = mnk[0];
        int n = mnk[1];
        int k = mnk[2];
        Weight w = Weight.of(stored, n, k);
        MemorySegment y = Mem.ofSize((long) m * n);
        Operand a = Operand.ofRows(Mem.of(x), 0, k);
        Product c = Product.set(y, 0, n)
                .with(new Epilogue(Activation.Fn.NONE, new Floats(Mem.of(scale), 0), Epilogue.ABSENT));
        PackedMatrix packed =
                gemm.pack(pool, stored, k, n, w.words(), Mem.ofSize(Math.max(1, gemm.packedSize(stored, k, n))));
        switch (way) {
            case ROW_DOTS -> RowDots.multiply(pool, m, n, k, a, stored, w.words(), c);
            case FEW_ROWS -> FewRows.multiply(pool, m, a, packed, c);
            case PACKED -> gemm.multiply(pool, m, a, packed, c);
            case ON_THE_FLY -> gemm.multiply(pool, m, n, k, a, stored, w.words(), c);
        }
        return Mem.floats(y);
    }

    private static double[] naive(Stored stored, int[] mnk, float[] x, float[] scale) {
        float[] w = Weight.of(stored, mnk[1], mnk[2]).values();
        double[] y = new double[mnk[0] * mnk[1]];
        for (int i = 0; i < y.length; i++) {
            int j = i % mnk[1];
            for (int p = 0; p < mnk[2]; p++) {
                y[i] += (double) x[i / mnk[1] * mnk[2] + p] * w[j * mnk[2] + p];
            }
            y[i] *= scale[j];
        }
        return y;
    }

    private static boolean takes(Way way, Gemm gemm, Stored stored) {
        return switch (way) {
            case ROW_DOTS -> stored != Stored.F32;
            case FEW_ROWS -> FewRows.suits(4, stored, gemm);
            default -> true;
        };
    }

    @ParameterizedTest
    @EnumSource
    void everyWayAgreesWithDoubleLoops(Stored stored) {
        try (WorkerPool pool = WorkerPool.of(3)) {
            for (int m : ROWS) {
                for (int[] nk : new int[][] {{1, 4}, {17, 12}, {48, 32}, {53, 36}, {97, 516}, {7, 1028}}) {
                    int[] mnk = {m, nk[0], nk[1]};
                    float[] x = Mem.random(m * nk[1], 3);
                    float[] scale = Mem.random(nk[0], 4);
                    double[] wanted = naive(stored, mnk, x, scale);
                    for (Tile tile : Tiles.all()) {
                        Gemm gemm = new Gemm(tile);
                        for (Way way : Way.values()) {
                            if (takes(way, gemm, stored)) {
                                assertThat(Mem.error(run(pool, gemm, way, stored, mnk, x, scale), wanted))
                                        .as("%s, %d x %d x %d, %s", way, m, nk[0], nk[1], tile)
                                        .isLessThan(1e-6);
                            }
                        }
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void anyNumberOfThreadsGivesTheSameBits(Stored stored) {
        for (Way way : Way.values()) {
            if (!takes(way, Choice.DEFAULT.gemm(), stored)) {
                continue;
            }
            float[] one = new float[0];
            for (int threads : new int[] {1, 2, 3}) {
                try (WorkerPool pool = WorkerPool.of(threads)) {
                    int[] mnk = {7, 331, 516};
                    float[] got = run(
                            pool, Choice.DEFAULT.gemm(), way, stored, mnk, Mem.random(7 * 516, 3), Mem.random(331, 4));
                    one = one.length == 0 ? got : one;
                    assertThat(got).as("%s with %d threads", way, threads).isEqualTo(one);
                }
            }
        }
    }

    @Test
    void halfAWordIsRefused() {
        try (WorkerPool pool = WorkerPool.of(1)) {
            Operand b = new Operand(Mem.ofSize(8), 0, 8, 4);
            assertThatThrownBy(() -> Choice.DEFAULT.gemm().pack(pool, Stored.BF16, 3, 1, b, Mem.ofSize(64)))
                    .hasMessageContaining("k=3 is not a whole number of words of 2 BF16");
        }
    }
}
