package dev.airfoil.kernels.cpu.rows;

import static dev.airfoil.kernels.cpu.vector.Lanes.N;

import dev.airfoil.kernels.cpu.Floats;
import dev.airfoil.kernels.cpu.Scratch;
import dev.airfoil.kernels.cpu.WorkerPool;
import dev.airfoil.kernels.cpu.vector.Lanes;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * Sum or maximum of dense {@code [outer n inner]} along n. Pieces have fixed sizes and are put together in order, so the
 * bits do not depend on the threads. Sums of pieces are short, which keeps their rounding errors small.
 */
record Reduction(Fn fn, int outer, int n, int inner) {
    enum Fn {
        SUM,
        MAX
    }

    private static final int PARALLEL = 16_384;
    /** Elements of a row in a piece. */
    private static final int PIECE = 4_096;
    /** Columns in a stripe. */
    private static final int STRIPE = 64;
    /** Rows whose columns are summed before they join the sum. */
    private static final int BLOCK = 64;

    void run(WorkerPool pool, Floats x, Floats y) {
        if (inner == 1) {
            rows(pool, x, y);
        } else {
            columns(pool, x, y);
        }
    }

    private boolean parallel() {
        return (long) outer * n * inner > PARALLEL;
    }

    private void rows(WorkerPool pool, Floats x, Floats y) {
        int pieces = Math.max(1, (n + PIECE - 1) / PIECE);
        double[] parts = new double[outer * pieces];
        pool.splitIf(parallel(), outer * pieces, (from, to) -> {
            for (int i = from; i < to; i++) {
                int start = i % pieces * PIECE;
                long at = x.at((long) (i / pieces) * n + start);
                int length = Math.min(PIECE, n - start);
                parts[i] = fn == Fn.SUM ? sum(x.data(), at, length) : RowMath.max(x.data(), at, length);
            }
        });
        for (int i = 0; i < outer; i++) {
            double total = parts[i * pieces];
            for (int j = 1; j < pieces; j++) {
                double part = parts[i * pieces + j];
                total = fn == Fn.SUM ? total + part : Math.max(total, part);
            }
            Lanes.set(y.data(), y.at(i), (float) total);
        }
    }

    /** In double: sums of both signs may be much smaller than their terms. */
    private static double sum(MemorySegment x, long xo, int n) {
        double a = 0;
        double b = 0;
        int j = 0;
        for (; j + 2 <= n; j += 2) {
            a += Lanes.get(x, xo + 4L * j);
            b += Lanes.get(x, xo + 4L * j + 4);
        }
        return j < n ? a + b + Lanes.get(x, xo + 4L * j) : a + b;
    }

    private void columns(WorkerPool pool, Floats x, Floats y) {
        int stripes = (inner + STRIPE - 1) / STRIPE;
        pool.splitIf(parallel(), outer * stripes, (from, to) -> {
            try (Scratch own = Scratch.borrow()) {
                MemorySegment block = own.segment(0, STRIPE);
                for (int i = from; i < to; i++) {
                    int column = i % stripes * STRIPE;
                    int width = Math.min(STRIPE, inner - column);
                    long first = (long) (i / stripes) * n * inner + column;
                    stripe(x, first, width, y.data(), y.at((long) (i / stripes) * inner + column), block);
                }
            }
        });
    }

    private void stripe(Floats x, long first, int width, MemorySegment y, long yo, MemorySegment block) {
        y.asSlice(yo, 4L * width).fill((byte) 0);
        for (int r0 = 0; r0 < n; r0 += BLOCK) {
            MemorySegment.copy(x.data(), x.at(first + (long) r0 * inner), block, 0, 4L * width);
            for (int r = r0 + 1; r < Math.min(n, r0 + BLOCK); r++) {
                combine(fn, x.data(), x.at(first + (long) r * inner), block, 0, width);
            }
            if (r0 == 0) {
                MemorySegment.copy(block, 0, y, yo, 4L * width);
            } else {
                combine(fn, block, 0, y, yo, width);
            }
        }
    }

    private static void combine(Fn fn, MemorySegment x, long xo, MemorySegment y, long yo, int width) {
        int j = 0;
        for (; j + N <= width; j += N) {
            FloatVector u = Lanes.load(x, xo + 4L * j);
            FloatVector v = Lanes.load(y, yo + 4L * j);
            Lanes.store(fn == Fn.SUM ? v.add(u) : v.max(u), y, yo + 4L * j);
        }
        for (; j < width; j++) {
            float u = Lanes.get(x, xo + 4L * j);
            float v = Lanes.get(y, yo + 4L * j);
            Lanes.set(y, yo + 4L * j, fn == Fn.SUM ? v + u : Math.max(v, u));
        }
    }
}
