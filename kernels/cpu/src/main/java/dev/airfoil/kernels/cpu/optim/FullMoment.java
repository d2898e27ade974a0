package dev.airfoil.kernels.cpu.optim;

import static dev.airfoil.kernels.cpu.vector.Lanes.F;
import static dev.airfoil.kernels.cpu.vector.Lanes.LE;
import static dev.airfoil.kernels.cpu.vector.Lanes.N;
import static dev.airfoil.kernels.cpu.vector.Lanes.offHeap;

import dev.airfoil.kernels.cpu.Call;
import dev.airfoil.kernels.cpu.Floats;
import dev.airfoil.kernels.cpu.WorkerPool;
import dev.airfoil.kernels.cpu.vector.Lanes;
import dev.airfoil.tensor.ops.AdafactorUpdate;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/** One number per element: {@code v' = beta2 v + (1 - beta2) (g^2 + eps)}, {@code u = g (1 / sqrt(v'))}. */
final class FullMoment implements SecondMoment {
    private final WorkerPool pool;
    private final long size;
    private final Floats g;
    private final Floats v;
    private final Floats newV;
    private final float beta2;
    private final float rest2;
    private final float eps;

    private final int piece;

    /** @param piece elements of a row */
    FullMoment(AdafactorUpdate op, Call call, int piece) {
        this.pool = call.pool();
        this.size = call.in(0).size();
        this.g = call.dense(1);
        this.v = call.dense(2);
        this.newV = call.result(1);
        this.beta2 = (float) op.beta2();
        this.rest2 = (float) (1 - op.beta2());
        this.eps = (float) op.eps();
        this.piece = piece;
    }

    @Override
    public double update() {
        double[] sums = new double[Math.toIntExact((size + piece - 1) / piece)];
        pool.splitIf(size > Step.PARALLEL, sums.length, (from, to) -> {
            for (int i = from; i < to; i++) {
                long start = (long) i * piece;
                int n = (int) Math.min(piece, size - start);
                long to0 = newV.at(start);
                sums[i] = row(g.data(), g.at(start), v.data(), v.at(start), beta2, rest2, eps, newV.data(), to0, n);
            }
        });
        return Arrays.stream(sums).sum();
    }

    private static float row(
            MemorySegment g,
            long go,
            MemorySegment v,
            long vo,
            float beta2,
            float rest2,
            float eps,
            MemorySegment y,
            long yo,
            int n) {
        MemorySegment out = offHeap(y);
        FloatVector sum = FloatVector.zero(F);
        int end = F.loopBound(n);
        int j = 0;
        for (; j < end; j += N) {
            FloatVector x = FloatVector.fromMemorySegment(F, g, go + 4L * j, LE);
            FloatVector square = x.mul(x);
            FloatVector moved = FloatVector.fromMemorySegment(F, v, vo + 4L * j, LE)
                    .mul(beta2)
                    .add(square.add(eps).mul(rest2));
            moved.intoMemorySegment(out, yo + 4L * j, LE);
            sum = sum.add(square.div(moved));
        }
        float total = Lanes.sum(sum);
        for (; j < n; j++) {
            float x = Lanes.get(g, go + 4L * j);
            float moved = Lanes.get(v, vo + 4L * j) * beta2 + (x * x + eps) * rest2;
            Lanes.set(y, yo + 4L * j, moved);
            total += x * x / moved;
        }
        return total;
    }

    @Override
    public float shared(int row) {
        return 1;
    }

    @Override
    public Floats factors(int row, long start, int n, MemorySegment room) {
        inverseRoots(newV.data(), newV.at(start), room, n);
        return new Floats(room, 0);
    }

    private static void inverseRoots(MemorySegment v, long vo, MemorySegment y, int n) {
        MemorySegment out = offHeap(y);
        int end = F.loopBound(n);
        int j = 0;
        for (; j < end; j += N) {
            FloatVector.broadcast(F, 1)
                    .div(FloatVector.fromMemorySegment(F, v, vo + 4L * j, LE).sqrt())
                    .intoMemorySegment(out, 4L * j, LE);
        }
        for (; j < n; j++) {
            Lanes.set(y, 4L * j, 1 / (float) Math.sqrt(Lanes.get(v, vo + 4L * j)));
        }
    }
}
