package dev.airfoil.kernels.cpu.optim;

import static dev.airfoil.kernels.cpu.vector.Lanes.F;
import static dev.airfoil.kernels.cpu.vector.Lanes.N;

import dev.airfoil.kernels.cpu.Call;
import dev.airfoil.kernels.cpu.Floats;
import dev.airfoil.kernels.cpu.WorkerPool;
import dev.airfoil.tensor.ops.AdafactorUpdate;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** One number per element: {@code v' = beta2 v + (1 - beta2) (g^2 + eps)}, {@code u = g / sqrt(v')}. */
final class FullMoment implements SecondMoment {
    private final WorkerPool pool;
    private final long size;
    private final Floats g;
    private final Floats v;
    private final Floats newV;
    private final float beta2;
    private final float rest2;
    private final float eps;

    FullMoment(AdafactorUpdate op, Call call) {
        this.pool = call.pool();
        this.size = call.in(0).size();
        this.g = call.dense(1);
        this.v = call.dense(2);
        this.newV = call.result(1);
        this.beta2 = (float) op.beta2();
        this.rest2 = (float) (1 - op.beta2());
        this.eps = (float) op.eps();
    }

    @Override
    public void update() {
        // done together with the sum of squares
    }

    @Override
    public double sumOfSquares(int rows, int columns) {
        double[] sums = new double[rows];
        pool.splitIf(size > Step.PARALLEL, rows, (from, to) -> {
            for (int i = from; i < to; i++) {
                long start = (long) i * columns;
                sums[i] = row(start, (int) Math.min(columns, size - start));
            }
        });
        double sum = 0;
        for (double s : sums) {
            sum += s;
        }
        return sum;
    }

    private float row(long start, int n) {
        FloatVector sum = FloatVector.zero(F);
        int j = 0;
        for (; j + N <= n; j += N) {
            FloatVector x = Step.load(g, start + j);
            FloatVector moved =
                    Step.load(v, start + j).mul(beta2).add(x.mul(x).add(eps).mul(rest2));
            Step.store(moved, newV, start + j);
            FloatVector u = x.div(moved.sqrt());
            sum = u.fma(u, sum);
        }
        float total = sum.reduceLanes(VectorOperators.ADD);
        for (; j < n; j++) {
            float x = Step.get(g, start + j);
            float moved = Step.get(v, start + j) * beta2 + (x * x + eps) * rest2;
            Step.set(newV, start + j, moved);
            total += x * x / moved;
        }
        return total;
    }

    @Override
    public void apply(Step step, int row, long start, int n) {
        int j = 0;
        for (; j + N <= n; j += N) {
            step.take(Step.load(g, start + j).div(Step.load(newV, start + j).sqrt()), start + j);
        }
        for (; j < n; j++) {
            step.take((float) (Step.get(g, start + j) / Math.sqrt(Step.get(newV, start + j))), start + j);
        }
    }
}
