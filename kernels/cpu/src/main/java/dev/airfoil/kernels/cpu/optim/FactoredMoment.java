package dev.airfoil.kernels.cpu.optim;

import static dev.airfoil.kernels.cpu.vector.Lanes.F;
import static dev.airfoil.kernels.cpu.vector.Lanes.LE;
import static dev.airfoil.kernels.cpu.vector.Lanes.N;

import dev.airfoil.kernels.cpu.Call;
import dev.airfoil.kernels.cpu.Floats;
import dev.airfoil.kernels.cpu.WorkerPool;
import dev.airfoil.kernels.cpu.vector.Lanes;
import dev.airfoil.tensor.ops.AdafactorUpdate;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * A row and a column for each matrix {@code [r c]}: moved on by the means of {@code g^2 + eps} along rows and columns;
 * {@code u = g / sqrt(row col / mean(row))}.
 */
final class FactoredMoment implements SecondMoment {
    private static final int BLOCK = 32;

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

    FactoredMoment(AdafactorUpdate op, Call call, int matrices, int r, int c) {
        this.pool = call.pool();
        this.matrices = matrices;
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
        this.colFactor = Arena.ofAuto().allocate(4L * matrices * c, 64);
    }

    private boolean parallel() {
        return (long) matrices * r * c > Step.PARALLEL;
    }

    @Override
    public void update() {
        int perMatrix = (r + BLOCK - 1) / BLOCK;
        // Sums of g^2 along the columns of each block of rows, put together in order below.
        float[] columns = new float[matrices * perMatrix * c];
        pool.splitIf(parallel(), matrices * perMatrix, (from, to) -> {
            for (int i = from; i < to; i++) {
                int matrix = i / perMatrix;
                int first = i % perMatrix * BLOCK;
                for (int k = first; k < Math.min(r, first + BLOCK); k++) {
                    int at = matrix * r + k;
                    double mean = squares((long) at * c, columns, i * c) / (double) c + eps;
                    double moved = beta2 * Lanes.get(row.data(), row.at(at)) + (1 - beta2) * mean;
                    Lanes.set(newRow.data(), newRow.at(at), (float) moved);
                }
            }
        });
        for (int m = 0; m < matrices; m++) {
            double mean = 0;
            for (int k = 0; k < r; k++) {
                mean += Lanes.get(newRow.data(), newRow.at((long) m * r + k)) / (double) r;
            }
            for (int k = 0; k < r; k++) {
                double value = Lanes.get(newRow.data(), newRow.at((long) m * r + k));
                rowFactor[m * r + k] = (float) Math.sqrt(mean / value);
            }
            for (int j = 0; j < c; j++) {
                double sum = 0;
                for (int b = 0; b < perMatrix; b++) {
                    sum += columns[(m * perMatrix + b) * c + j];
                }
                long at = (long) m * c + j;
                double moved = beta2 * Lanes.get(col.data(), col.at(at)) + (1 - beta2) * (sum / r + eps);
                Lanes.set(newCol.data(), newCol.at(at), (float) moved);
                Lanes.set(colFactor, 4 * at, (float) (1 / Math.sqrt(moved)));
            }
        }
    }

    /** The sum of squares of a row, each square also added to its column. */
    private float squares(long start, float[] columns, int to) {
        FloatVector sum = FloatVector.zero(F);
        int j = 0;
        for (; j + N <= c; j += N) {
            FloatVector x = FloatVector.fromMemorySegment(F, g.data(), g.at(start + j), LE);
            FloatVector s = x.mul(x);
            s.add(FloatVector.fromArray(F, columns, to + j)).intoArray(columns, to + j);
            sum = sum.add(s);
        }
        float total = sum.reduceLanes(VectorOperators.ADD);
        for (; j < c; j++) {
            float x = Lanes.get(g.data(), g.at(start + j));
            columns[to + j] += x * x;
            total += x * x;
        }
        return total;
    }

    @Override
    public double sumOfSquares(int rows, int columns) {
        double[] sums = new double[rows];
        pool.splitIf(parallel(), rows, (from, to) -> {
            for (int i = from; i < to; i++) {
                double f = rowFactor[i];
                sums[i] = f * f * scaledSquares((long) i * c, 4L * (i / r) * c);
            }
        });
        double sum = 0;
        for (double s : sums) {
            sum += s;
        }
        return sum;
    }

    private float scaledSquares(long start, long factors) {
        FloatVector sum = FloatVector.zero(F);
        int j = 0;
        for (; j + N <= c; j += N) {
            FloatVector u =
                    Step.load(g, start + j).mul(FloatVector.fromMemorySegment(F, colFactor, factors + 4L * j, LE));
            sum = u.fma(u, sum);
        }
        float total = sum.reduceLanes(VectorOperators.ADD);
        for (; j < c; j++) {
            float u = Step.get(g, start + j) * Lanes.get(colFactor, factors + 4L * j);
            total += u * u;
        }
        return total;
    }

    @Override
    public void apply(Step step, int row, long start, int n) {
        long factors = 4L * (row / r) * c;
        float f = rowFactor[row];
        int j = 0;
        for (; j + N <= n; j += N) {
            step.take(
                    Step.load(g, start + j)
                            .mul(f)
                            .mul(FloatVector.fromMemorySegment(F, colFactor, factors + 4L * j, LE)),
                    start + j);
        }
        for (; j < n; j++) {
            step.take(Step.get(g, start + j) * f * Lanes.get(colFactor, factors + 4L * j), start + j);
        }
    }
}
