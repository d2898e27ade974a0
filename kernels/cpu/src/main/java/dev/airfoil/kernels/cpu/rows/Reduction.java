package dev.airfoil.kernels.cpu.rows;

import static dev.airfoil.kernels.cpu.vector.Lanes.F;
import static dev.airfoil.kernels.cpu.vector.Lanes.LE;
import static dev.airfoil.kernels.cpu.vector.Lanes.N;

import dev.airfoil.kernels.cpu.Floats;
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
        int stripe = 4 * N;
        int stripes = (inner + stripe - 1) / stripe;
        pool.splitIf(parallel(), outer * stripes, (from, to) -> {
            for (int i = from; i < to; i++) {
                int column = i % stripes * stripe;
                long first = (long) (i / stripes) * n * inner + column;
                long target = y.at((long) (i / stripes) * inner + column);
                int width = Math.min(stripe, inner - column);
                if (width < stripe) {
                    narrow(x, first, width, y.data(), target);
                } else if (fn == Fn.SUM) {
                    sums(x.data(), x.at(first), y.data(), target);
                } else {
                    maxima(x.data(), x.at(first), y.data(), target);
                }
            }
        });
    }

    /** Column by column. */
    private void narrow(Floats x, long first, int width, MemorySegment y, long yo) {
        for (int j = 0; j < width; j++) {
            double total = Lanes.get(x.data(), x.at(first + j));
            for (int r = 1; r < n; r++) {
                float v = Lanes.get(x.data(), x.at(first + (long) r * inner + j));
                total = fn == Fn.SUM ? total + v : Math.max(total, v);
            }
            Lanes.set(y, yo + 4L * j, (float) total);
        }
    }

    /** The sums of 4 vectors of columns, block by block. */
    private void sums(MemorySegment x, long xo, MemorySegment y, long yo) {
        y.asSlice(yo, 16L * N).fill((byte) 0);
        for (int r = 0; r < n; r += BLOCK) {
            addBlock(x, xo + 4L * r * inner, Math.min(BLOCK, n - r), y, yo);
        }
    }

    private void addBlock(MemorySegment x, long xo, int rows, MemorySegment y, long yo) {
        long stride = 4L * inner;
        FloatVector a = FloatVector.zero(F);
        FloatVector b = FloatVector.zero(F);
        FloatVector c = FloatVector.zero(F);
        FloatVector d = FloatVector.zero(F);
        for (int r = 0; r < rows; r++) {
            long at = xo + r * stride;
            a = a.add(FloatVector.fromMemorySegment(F, x, at, LE));
            b = b.add(FloatVector.fromMemorySegment(F, x, at + 4L * N, LE));
            c = c.add(FloatVector.fromMemorySegment(F, x, at + 8L * N, LE));
            d = d.add(FloatVector.fromMemorySegment(F, x, at + 12L * N, LE));
        }
        a.add(FloatVector.fromMemorySegment(F, y, yo, LE)).intoMemorySegment(y, yo, LE);
        b.add(FloatVector.fromMemorySegment(F, y, yo + 4L * N, LE)).intoMemorySegment(y, yo + 4L * N, LE);
        c.add(FloatVector.fromMemorySegment(F, y, yo + 8L * N, LE)).intoMemorySegment(y, yo + 8L * N, LE);
        d.add(FloatVector.fromMemorySegment(F, y, yo + 12L * N, LE)).intoMemorySegment(y, yo + 12L * N, LE);
    }

    /** The largest elements of 4 vectors of columns. */
    private void maxima(MemorySegment x, long xo, MemorySegment y, long yo) {
        long stride = 4L * inner;
        for (int v = 0; v < 4; v++) {
            FloatVector a = FloatVector.fromMemorySegment(F, x, xo + 4L * v * N, LE);
            for (int r = 1; r < n; r++) {
                a = a.max(FloatVector.fromMemorySegment(F, x, xo + 4L * v * N + r * stride, LE));
            }
            a.intoMemorySegment(y, yo + 4L * v * N, LE);
        }
    }
}
