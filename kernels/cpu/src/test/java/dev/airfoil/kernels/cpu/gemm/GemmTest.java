package dev.airfoil.kernels.cpu.gemm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.airfoil.kernels.cpu.Choice;
import dev.airfoil.kernels.cpu.Floats;
import dev.airfoil.kernels.cpu.Mem;
import dev.airfoil.kernels.cpu.Scratch;
import dev.airfoil.kernels.cpu.WorkerPool;
import dev.airfoil.tensor.ops.Activation;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class GemmTest {
    private static final Gemm BEST = Choice.DEFAULT.gemm();
    private static final WorkerPool POOL = WorkerPool.of(3);

    @AfterAll
    static void close() {
        POOL.close();
    }

    static List<Tile> tiles() {
        return Tiles.all();
    }

    private enum Side {
        ROWS,
        COLUMNS,
        STRIDED
    }

    /** Elements (i, p) of an operand, laid out as {@code side} says, with some room between rows. */
    private static Operand operand(Side side, float[] x, int outer, int depth) {
        return switch (side) {
            case ROWS -> {
                float[] y = new float[outer * (depth + 3) + 2];
                for (int i = 0; i < outer; i++) {
                    System.arraycopy(x, i * depth, y, 2 + i * (depth + 3), depth);
                }
                yield Operand.ofRows(Mem.of(y), 8, depth + 3);
            }
            case COLUMNS -> {
                float[] y = new float[depth * outer + 1];
                for (int i = 0; i < outer; i++) {
                    for (int p = 0; p < depth; p++) {
                        y[1 + p * outer + i] = x[i * depth + p];
                    }
                }
                yield Operand.ofColumns(Mem.of(y), 4, outer);
            }
            case STRIDED -> {
                float[] y = new float[outer * depth * 6];
                for (int i = 0; i < outer; i++) {
                    for (int p = 0; p < depth; p++) {
                        y[(i * depth * 2 + p) * 3] = x[i * depth + p];
                    }
                }
                yield new Operand(Mem.of(y), 0, depth * 24L, 12);
            }
        };
    }

    private static double[] naive(float[] a, float[] b, int m, int n, int k) {
        double[] c = new double[m * n];
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                for (int p = 0; p < k; p++) {
                    c[i * n + j] += (double) a[i * k + p] * b[j * k + p];
                }
            }
        }
        return c;
    }

    @ParameterizedTest
    @MethodSource("tiles")
    void everySizeAndSideAgreesWithDoubleLoops(Tile tile) {
        Gemm gemm = new Gemm(tile);
        int[][] sizes = {
            {1, 1, 1},
            {2, 3, 5},
            {7, 17, 8},
            {8, 48, 9},
            {5, 16, 16},
            {13, 49, 31},
            {61, 97, 389},
            {12, 32, 800},
            {101, 7, 64}
        };
        for (int[] s : sizes) {
            float[] a = Mem.random(s[0] * s[2], 1);
            float[] b = Mem.random(s[1] * s[2], 2);
            double[] wanted = naive(a, b, s[0], s[1], s[2]);
            for (Side sa : Side.values()) {
                for (Side sb : Side.values()) {
                    MemorySegment c = Mem.ofSize(s[0] * s[1]);
                    gemm.multiply(
                            POOL,
                            s[0],
                            s[1],
                            s[2],
                            operand(sa, a, s[0], s[2]),
                            operand(sb, b, s[1], s[2]),
                            Product.set(c, 0, s[1]));
                    assertThat(Mem.error(Mem.floats(c), wanted))
                            .as("%s %s %s", Arrays.toString(s), sa, sb)
                            .isLessThan(1e-6);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("tiles")
    void addsIntoStridedRowsAndLeavesTheRestAlone(Tile tile) {
        int m = 23;
        int n = 53;
        int k = 401;
        float[] a = Mem.random(m * k, 3);
        float[] b = Mem.random(n * k, 4);
        float[] old = Mem.random(m * (n + 4), 5);
        MemorySegment c = Mem.of(old);
        new Gemm(tile)
                .multiply(
                        POOL,
                        m,
                        n,
                        k,
                        operand(Side.ROWS, a, m, k),
                        operand(Side.COLUMNS, b, n, k),
                        new Product(c, 8, 4L * (n + 4), Product.Mode.ADD, Epilogue.NONE));
        double[] wanted = naive(a, b, m, n, k);
        double[] all = new double[old.length];
        for (int i = 0; i < old.length; i++) {
            int j = i % (n + 4) - 2;
            all[i] = old[i] + (j >= 0 && j < n ? wanted[i / (n + 4) * n + j] : 0);
        }
        float[] got = Mem.floats(c);
        assertThat(Mem.error(got, all)).isLessThan(1e-6);
        assertThat(got[0]).isEqualTo(old[0]);
        assertThat(got[n + 2]).isEqualTo(old[n + 2]);
    }

    @Test
    void epilogueAddsBiasAndActivates() {
        int m = 9;
        int n = 37;
        int k = 500;
        float[] a = Mem.random(m * k, 6);
        float[] b = Mem.random(n * k, 7);
        float[] bias = Mem.random(n, 8);
        double[] wanted = naive(a, b, m, n, k);
        for (int i = 0; i < wanted.length; i++) {
            double x = wanted[i] + bias[i % n];
            wanted[i] = x / (1 + Math.exp(-x));
        }
        MemorySegment c = Mem.ofSize(m * n);
        Epilogue epilogue = new Epilogue(Activation.Fn.SILU, Epilogue.ABSENT, new Floats(Mem.of(bias), 0));
        BEST.multiply(
                POOL,
                m,
                n,
                k,
                operand(Side.ROWS, a, m, k),
                operand(Side.ROWS, b, n, k),
                Product.set(c, 0, n).with(epilogue));
        assertThat(Mem.error(Mem.floats(c), wanted)).isLessThan(1e-6);
    }

    @Test
    void sameBitsForAnyThreadsAndForPackedWeights() {
        int m = 2003;
        int n = 83;
        int k = 777;
        Operand a = operand(Side.ROWS, Mem.random(m * k, 9), m, k);
        Operand b = operand(Side.ROWS, Mem.random(n * k, 10), n, k);
        float[] one = new float[0];
        for (int threads : new int[] {1, 2, 3, 4}) {
            try (WorkerPool pool = WorkerPool.of(threads)) {
                MemorySegment c = Mem.ofSize(m * n);
                BEST.multiply(pool, m, n, k, a, b, Product.set(c, 0, n));
                float[] got = Mem.floats(c);
                one = one.length == 0 ? got : one;
                assertThat(got).as("%d threads", threads).isEqualTo(one);
                PackedMatrix packed =
                        BEST.pack(pool, Stored.F32, k, n, b, Mem.ofSize(BEST.packedSize(Stored.F32, k, n)));
                BEST.multiply(pool, m, a, packed, Product.set(c, 0, n));
                assertThat(Mem.floats(c)).as("packed, %d threads", threads).isEqualTo(one);
            }
        }
    }

    @Test
    void anEmptySumIsZeroPlusBias() {
        MemorySegment c = Mem.of(Mem.random(6, 11));
        Operand none = Operand.ofRows(Mem.ofSize(1), 0, 0);
        Epilogue bias = new Epilogue(Activation.Fn.NONE, Epilogue.ABSENT, new Floats(Mem.of(new float[] {1, 2, 3}), 0));
        BEST.multiply(POOL, 2, 3, 0, none, none, Product.set(c, 0, 3).with(bias));
        assertThat(Mem.floats(c)).containsExactly(1, 2, 3, 1, 2, 3);
    }

    @Test
    void weightsPackedForAnotherGemmAreRefused() {
        Gemm other = new Gemm(Tiles.all().getFirst());
        MemorySegment room = Mem.ofSize(other.packedSize(Stored.F32, 1, 1));
        PackedMatrix packed = other.pack(POOL, Stored.F32, 1, 1, Operand.ofRows(Mem.ofSize(1), 0, 1), room);
        Operand a = Operand.ofRows(Mem.ofSize(1), 0, 1);
        assertThatThrownBy(() -> BEST.multiply(POOL, 1, a, packed, Product.set(Mem.ofSize(1), 0, 1)))
                .hasMessageContaining("packed for");
    }

    @Test
    void veryManyDepthsArePackedBlockByBlock() {
        int k = 12_000_000;
        try (Arena arena = Arena.ofConfined();
                WorkerPool alone = WorkerPool.of(1)) {
            MemorySegment ones = arena.allocate(4L * k, 64);
            for (int i = 0; i < k; i++) {
                ones.setAtIndex(ValueLayout.JAVA_FLOAT, i, 1);
            }
            MemorySegment c = Mem.ofSize(1);
            BEST.multiply(alone, 1, 1, k, Operand.ofRows(ones, 0, k), Operand.ofRows(ones, 0, k), Product.set(c, 0, 1));
            assertThat(c.get(ValueLayout.JAVA_FLOAT, 0)).isEqualTo(k);
        }
        try (Scratch used = Scratch.borrow()) {
            assertThat(used.floats(0, 1).length).isLessThan(k);
        }
    }
}
