package dev.airfoil.kernels.cpu.rows;

import static dev.airfoil.kernels.cpu.vector.Lanes.F;
import static dev.airfoil.kernels.cpu.vector.Lanes.LE;
import static dev.airfoil.kernels.cpu.vector.Lanes.N;
import static dev.airfoil.kernels.cpu.vector.Lanes.offHeap;

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
    /** Elements of a row in a piece, and those of them that are summed in F32. */
    private static final int PIECE = 4_096;

    private static final int SHORT = 512;
    /** Columns of which a worker takes one or more times as many; rows whose columns are summed before they join the sum. */
    private static final int STRIPE = 256;

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

    /** Short sums put together in double: sums of both signs may be much smaller than their terms. */
    private static double sum(MemorySegment x, long xo, int n) {
        double sum = 0;
        for (int start = 0; start < n; start += SHORT) {
            sum += RowMath.sum(x, xo + 4L * start, Math.min(SHORT, n - start));
        }
        return sum;
    }

    private void columns(WorkerPool pool, Floats x, Floats y) {
        int stripes = (inner + STRIPE - 1) / STRIPE;
        pool.splitIf(parallel(), outer * stripes, (from, to) -> {
            try (Scratch own = Scratch.borrow()) {
                MemorySegment block = own.segment(0, inner);
                int i = from;
                while (i < to) {
                    // All stripes of this worker side by side: the longer the rows, the faster they come.
                    int end = Math.min(to, (i / stripes + 1) * stripes);
                    int column = i % stripes * STRIPE;
                    int width = Math.min(inner, column + (end - i) * STRIPE) - column;
                    long first = x.at((long) (i / stripes) * n * inner + column);
                    long target = y.at((long) (i / stripes) * inner + column);
                    if (fn == Fn.SUM) {
                        sums(x.data(), first, width, block, y.data(), target);
                    } else {
                        maxima(x.data(), first, width, y.data(), target);
                    }
                    i = end;
                }
            }
        });
    }

    private void sums(MemorySegment x, long xo, int width, MemorySegment block, MemorySegment y, long yo) {
        long stride = 4L * inner;
        y.asSlice(yo, 4L * width).fill((byte) 0);
        for (int start = 0; start < n; start += BLOCK) {
            int end = Math.min(n, start + BLOCK);
            block.asSlice(0, 4L * width).fill((byte) 0);
            int r = start;
            for (; r + 4 <= end; r += 4) {
                addFour(x, xo + r * stride, stride, block, width);
            }
            for (; r < end; r++) {
                RowMath.add(x, xo + r * stride, block, 0, width);
            }
            RowMath.add(block, 0, y, yo, width);
        }
    }

    /** Adds {@code n} columns of 4 rows. */
    private static void addFour(MemorySegment x, long xo, long stride, MemorySegment y, int n) {
        MemorySegment out = offHeap(y);
        int end = F.loopBound(n);
        int j = 0;
        for (; j < end; j += N) {
            long at = xo + 4L * j;
            FloatVector a = FloatVector.fromMemorySegment(F, x, at, LE)
                    .add(FloatVector.fromMemorySegment(F, x, at + stride, LE));
            FloatVector b = FloatVector.fromMemorySegment(F, x, at + 2 * stride, LE)
                    .add(FloatVector.fromMemorySegment(F, x, at + 3 * stride, LE));
            FloatVector.fromMemorySegment(F, y, 4L * j, LE).add(a.add(b)).intoMemorySegment(out, 4L * j, LE);
        }
        for (; j < n; j++) {
            long at = xo + 4L * j;
            float a = Lanes.get(x, at) + Lanes.get(x, at + stride);
            float b = Lanes.get(x, at + 2 * stride) + Lanes.get(x, at + 3 * stride);
            Lanes.set(y, 4L * j, Lanes.get(y, 4L * j) + (a + b));
        }
    }

    private void maxima(MemorySegment x, long xo, int width, MemorySegment y, long yo) {
        MemorySegment.copy(x, xo, y, yo, 4L * width);
        for (int r = 1; r < n; r++) {
            max(x, xo + 4L * r * inner, y, yo, width);
        }
    }

    private static void max(MemorySegment x, long xo, MemorySegment y, long yo, int n) {
        MemorySegment out = offHeap(y);
        int end = F.loopBound(n);
        int j = 0;
        for (; j < end; j += N) {
            FloatVector.fromMemorySegment(F, y, yo + 4L * j, LE)
                    .max(FloatVector.fromMemorySegment(F, x, xo + 4L * j, LE))
                    .intoMemorySegment(out, yo + 4L * j, LE);
        }
        for (; j < n; j++) {
            Lanes.set(y, yo + 4L * j, Math.max(Lanes.get(y, yo + 4L * j), Lanes.get(x, xo + 4L * j)));
        }
    }
}
