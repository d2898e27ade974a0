package dev.airfoil.kernels.cpu.gemm;

import dev.airfoil.kernels.cpu.Scratch;
import dev.airfoil.kernels.cpu.WorkerPool;
import dev.airfoil.kernels.cpu.vector.Lanes;
import java.lang.foreign.MemorySegment;

/**
 * Products of one to three rows with a narrow weight, bound by reading the weight: dot products with the rows of the
 * weight, each read once, as it lies. Nothing is packed. Columns of C in parallel. Narrow weights alone come here: with
 * F32 the bits of a row do not depend on how many rows there are.
 */
public final class RowDots {
    /** From more rows on, reading panels pays. */
    private static final int MOST = 3;
    /** Columns that a worker takes at once. */
    private static final int GROUP = 16;
    /** Below this many multiplications a product runs on its caller alone. */
    private static final long PARALLEL = 100_000;

    private static final int X_SLOT = 0;
    private static final int SPARE_SLOT = 0;

    private RowDots() {}

    /** Whether this is the way to multiply {@code m} rows with a weight whose words are {@code b}. */
    public static boolean suits(int m, Stored stored, Operand b) {
        return m <= MOST && stored != Stored.F32 && b.depth() == Float.BYTES;
    }

    /**
     * {@code C [m n] = A [m k] B [k n]}: rows of A dense, words of B side by side along k.
     *
     * @param c is set
     */
    public static void multiply(WorkerPool pool, int m, int n, int k, Operand a, Stored stored, Operand b, Product c) {
        int whole = k / Dots.BLOCK * Dots.BLOCK;
        try (Scratch shared = Scratch.borrow()) {
            float[] x = shared.floats(X_SLOT, (long) m * whole);
            for (int i = 0; i < m; i++) {
                arrange(stored, a.data(), a.base() + i * a.outer(), whole, x, i * whole);
            }
            pool.splitIf((long) m * n * k > PARALLEL, (n + GROUP - 1) / GROUP, (from, to) -> {
                int first = from * GROUP;
                int end = Math.min(n, to * GROUP);
                for (int j = first; j < end; j++) {
                    long row = b.base() + j * b.outer();
                    for (int i = 0; i < m; i++) {
                        float sum = dot(stored, b.data(), row, x, i * whole, whole)
                                + rest(stored, b.data(), row, a.data(), a.base() + i * a.outer(), whole, k);
                        Lanes.set(c.data(), c.base() + i * c.stride() + 4L * j, sum);
                    }
                }
                try (Scratch own = Scratch.borrow()) {
                    MemorySegment spare = own.segment(SPARE_SLOT, end - first + Lanes.N);
                    c.epilogue().apply(c.data(), c.base() + 4L * first, c.stride(), m, end - first, first, spare);
                }
            });
        }
    }

    /** The elements of a row in the order in which vectors of words are taken apart: place by place. */
    private static void arrange(Stored stored, MemorySegment a, long from, int whole, float[] x, int to) {
        int per = stored.perWord();
        int chunk = per * Lanes.N;
        for (int p = 0; p < whole; p++) {
            x[to + p / chunk * chunk + p % per * Lanes.N + p % chunk / per] = Lanes.get(a, from + 4L * p);
        }
    }

    private static float dot(Stored stored, MemorySegment w, long at, float[] x, int first, int n) {
        return switch (stored) {
            case F32 -> throw new IllegalArgumentException("row dots are for narrow weights");
            case BF16 -> Dots.bf16(w, at, x, first, n);
            case I8 -> Dots.i8(w, at, x, first, n);
        };
    }

    /** The part of the sum beyond whole blocks. */
    private static float rest(Stored stored, MemorySegment w, long at, MemorySegment a, long row, int whole, int k) {
        int per = stored.perWord();
        float sum = 0;
        for (int p = whole; p < k; p++) {
            sum = Math.fma(stored.element(w, at + 4L * (p / per), p % per), Lanes.get(a, row + 4L * p), sum);
        }
        return sum;
    }
}
