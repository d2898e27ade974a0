package dev.airfoil.kernels.cpu.optim;

import static dev.airfoil.kernels.cpu.vector.Lanes.F;
import static dev.airfoil.kernels.cpu.vector.Lanes.LE;
import static dev.airfoil.kernels.cpu.vector.Lanes.N;
import static dev.airfoil.kernels.cpu.vector.Lanes.offHeap;

import dev.airfoil.kernels.cpu.Call;
import dev.airfoil.kernels.cpu.Floats;
import dev.airfoil.kernels.cpu.Scratch;
import dev.airfoil.kernels.cpu.WorkerPool;
import dev.airfoil.kernels.cpu.rows.RowMath;
import dev.airfoil.kernels.cpu.vector.Lanes;
import dev.airfoil.tensor.ops.AdafactorUpdate;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * A row and a column for each matrix {@code [r c]}: moved on by the means of {@code g^2 + eps} along rows and columns;
 * {@code u = g / sqrt(row col / mean(row))}.
 */
final class FactoredMoment implements SecondMoment {
    private static final int BLOCK = 64;

    private final WorkerPool pool;
    private final int matrices;
    private final int r;
    private final int c;
    private final double beta2;
    private final double eps;
    private final Floats g;
    private final Floats row;
    private final Floats col;
    private final Floats newRow;
    private final Floats newCol;
    /** What an element of g is multiplied with: one factor for its row, one for its column. */
    private final float[] rowFactor;

    private final MemorySegment colFactor;
    private final Scratch scratch;

    /** @param scratch that this may use as long as it lives */
    FactoredMoment(AdafactorUpdate op, Call call, int r, int c, Scratch scratch) {
        this.pool = call.pool();
        this.matrices = Math.toIntExact(call.in(0).size() / c / r);
        this.r = r;
        this.c = c;
        this.beta2 = op.beta2();
        this.eps = op.eps();
        this.g = call.dense(1);
        this.row = call.dense(2);
        this.col = call.dense(3);
        this.newRow = call.result(1);
        this.newCol = call.result(2);
        this.rowFactor = new float[matrices * r];
        this.colFactor = scratch.segment(0, (long) matrices * c);
        this.scratch = scratch;
    }

    /**
     * With {@code u^2 = g^2 mean(row) / (row col)}, the sum of u^2 is {@code mean(row) sum((sum of g^2 / row along rows) /
     * col)}: a row's new moment is known as soon as the row has been read, so one trip through g gives everything.
     */
    @Override
    public double update() {
        int blocks = (r + BLOCK - 1) / BLOCK;
        // For each block of rows the sums of g^2 and of g^2 / row along its columns, put together in order below.
        MemorySegment sums = scratch.segment(1, 2L * matrices * blocks * c);
        pool.splitIf((long) matrices * r * c > Step.PARALLEL, matrices * blocks, (from, to) -> {
            for (int i = from; i < to; i++) {
                int first = i / blocks * r + i % blocks * BLOCK;
                int end = Math.min(i / blocks * r + r, first + BLOCK);
                block(first, end, sums, 8L * i * c);
            }
        });
        double squares = 0;
        for (int m = 0; m < matrices; m++) {
            long start = 8L * m * blocks * c;
            for (int b = 1; b < blocks; b++) {
                RowMath.add(sums, start + 8L * b * c, sums, start, 2 * c);
            }
            squares += finish(m, sums, start);
        }
        return squares;
    }

    private void block(int first, int end, MemorySegment sums, long to) {
        sums.asSlice(to, 8L * c).fill((byte) 0);
        float total = RowMath.dot(g.data(), g.at((long) first * c), g.data(), g.at((long) first * c), c);
        for (int k = first; k < end; k++) {
            double moved = beta2 * Lanes.get(row.data(), row.at(k)) + (1 - beta2) * (total / (double) c + eps);
            Lanes.set(newRow.data(), newRow.at(k), (float) moved);
            long next = g.at((long) Math.min(k + 1, end - 1) * c);
            total = squares(g.data(), g.at((long) k * c), next, (float) (1 / moved), sums, to, to + 4L * c, c);
        }
    }

    /** Moves the columns of matrix {@code m} on, sets its factors and gives its sum of u^2. */
    private double finish(int m, MemorySegment sums, long at) {
        double mean = 0;
        for (int k = m * r; k < (m + 1) * r; k++) {
            mean += Lanes.get(newRow.data(), newRow.at(k)) / (double) r;
        }
        for (int k = m * r; k < (m + 1) * r; k++) {
            rowFactor[k] = (float) Math.sqrt(mean / Lanes.get(newRow.data(), newRow.at(k)));
        }
        double squares = 0;
        for (int j = 0; j < c; j++) {
            long to = (long) m * c + j;
            double now = Lanes.get(sums, at + 4L * j) / (double) r + eps;
            double moved = beta2 * Lanes.get(col.data(), col.at(to)) + (1 - beta2) * now;
            Lanes.set(newCol.data(), newCol.at(to), (float) moved);
            Lanes.set(colFactor, 4 * to, (float) (1 / Math.sqrt(moved)));
            squares += mean * Lanes.get(sums, at + 4L * (c + j)) / moved;
        }
        return squares;
    }

    /**
     * Adds the squares of a row to its columns, and {@code factor} times these to other ones; gives the sum of squares of
     * the next row, which memory brings meanwhile.
     */
    private static float squares(
            MemorySegment g, long go, long next, float factor, MemorySegment columns, long plain, long scaled, int n) {
        MemorySegment out = offHeap(columns);
        FloatVector sum = FloatVector.zero(F);
        int end = F.loopBound(n);
        int j = 0;
        for (; j < end; j += N) {
            FloatVector x = FloatVector.fromMemorySegment(F, g, go + 4L * j, LE);
            FloatVector s = x.mul(x);
            s.add(FloatVector.fromMemorySegment(F, columns, plain + 4L * j, LE))
                    .intoMemorySegment(out, plain + 4L * j, LE);
            s.fma(FloatVector.broadcast(F, factor), FloatVector.fromMemorySegment(F, columns, scaled + 4L * j, LE))
                    .intoMemorySegment(out, scaled + 4L * j, LE);
            FloatVector y = FloatVector.fromMemorySegment(F, g, next + 4L * j, LE);
            sum = y.fma(y, sum);
        }
        float total = Lanes.sum(sum);
        for (; j < n; j++) {
            float x = Lanes.get(g, go + 4L * j);
            Lanes.set(columns, plain + 4L * j, Lanes.get(columns, plain + 4L * j) + x * x);
            Lanes.set(columns, scaled + 4L * j, Math.fma(x * x, factor, Lanes.get(columns, scaled + 4L * j)));
            float y = Lanes.get(g, next + 4L * j);
            total += y * y;
        }
        return total;
    }

    @Override
    public float shared(int row) {
        return rowFactor[row];
    }

    @Override
    public Floats factors(int row, long start, int n, MemorySegment room) {
        return new Floats(colFactor, 4L * (row / r) * c);
    }
}
