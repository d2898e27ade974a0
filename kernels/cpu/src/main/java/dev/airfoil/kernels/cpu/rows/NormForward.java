package dev.airfoil.kernels.cpu.rows;

import static dev.airfoil.kernels.cpu.vector.Lanes.F;
import static dev.airfoil.kernels.cpu.vector.Lanes.N;

import dev.airfoil.kernels.cpu.Floats;
import dev.airfoil.kernels.cpu.WorkerPool;
import dev.airfoil.kernels.cpu.vector.Lanes;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * {@code y = [residual +] norm(x) (factor + plus) [+ shift]} for rows of {@code d} elements, with one factor and shift
 * {@code [d]} per group of rows. One op in the middle of a model reads x from the cache after the first pass, so this is
 * one trip through memory. Rows in parallel.
 */
record NormForward(
        Norm norm, float eps, Groups groups, int d, float plus, Optional<Floats> shift, Optional<Floats> residual) {
    static final int PARALLEL = 16_384;

    void run(WorkerPool pool, Floats x, Floats factor, Floats y) {
        Floats s = shift.orElse(factor);
        Floats r = residual.orElse(x);
        pool.splitIf((long) groups.rows() * d > PARALLEL, groups.rows(), (from, to) -> {
            for (int i = from; i < to; i++) {
                long row = (long) i * d;
                long group = (long) groups.of(i) * d;
                float mean = norm.mean(x.data(), x.at(row), d);
                float scale = norm.factor(x.data(), x.at(row), d, mean, eps);
                map(x, row, mean, scale, factor, s, group, r, y);
            }
        });
    }

    private void map(Floats x, long row, float mean, float scale, Floats f, Floats s, long group, Floats r, Floats y) {
        boolean shifts = shift.isPresent();
        boolean adds = residual.isPresent();
        MemorySegment xs = x.data();
        MemorySegment fs = f.data();
        MemorySegment ss = s.data();
        MemorySegment rs = r.data();
        MemorySegment ys = y.data();
        long xo = x.at(row);
        long fo = f.at(group);
        long so = s.at(group);
        long ro = r.at(row);
        long yo = y.at(row);
        int j = 0;
        for (; j + N <= d; j += N) {
            FloatVector v = Lanes.load(xs, xo + 4L * j).sub(mean).mul(scale);
            v = v.mul(Lanes.load(fs, fo + 4L * j).add(plus));
            if (shifts) {
                v = v.add(Lanes.load(ss, so + 4L * j));
            }
            if (adds) {
                v = v.add(Lanes.load(rs, ro + 4L * j));
            }
            Lanes.store(v, ys, yo + 4L * j);
        }
        if (j < d) {
            VectorMask<Float> m = F.indexInRange(j, d);
            FloatVector v = RowMath.tail(xs, xo, j, d).sub(mean).mul(scale);
            v = v.mul(RowMath.tail(fs, fo, j, d).add(plus));
            if (shifts) {
                v = v.add(RowMath.tail(ss, so, j, d));
            }
            if (adds) {
                v = v.add(RowMath.tail(rs, ro, j, d));
            }
            v.intoMemorySegment(ys, yo + 4L * j, Lanes.LE, m);
        }
    }
}
