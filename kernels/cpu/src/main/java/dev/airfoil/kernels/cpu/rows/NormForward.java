package dev.airfoil.kernels.cpu.rows;

import static dev.airfoil.kernels.cpu.vector.Lanes.F;
import static dev.airfoil.kernels.cpu.vector.Lanes.LE;
import static dev.airfoil.kernels.cpu.vector.Lanes.N;

import dev.airfoil.kernels.cpu.Floats;
import dev.airfoil.kernels.cpu.WorkerPool;
import dev.airfoil.kernels.cpu.vector.Lanes;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import jdk.incubator.vector.FloatVector;

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
        MemorySegment xs = x.data();
        MemorySegment fs = f.data();
        MemorySegment ys = y.data();
        long xo = x.at(row);
        long fo = f.at(group);
        long yo = y.at(row);
        if (shift.isPresent()) {
            shifted(xs, xo, mean, scale, fs, fo, s.data(), s.at(group), ys, yo);
        } else {
            scaled(xs, xo, mean, scale, fs, fo, ys, yo);
        }
        if (residual.isPresent()) {
            NormBackward.add(r, row, y, row, d);
        }
    }

    private void scaled(
            MemorySegment x, long xo, float mean, float scale, MemorySegment f, long fo, MemorySegment y, long yo) {
        int j = 0;
        for (; j + N <= d; j += N) {
            FloatVector v = FloatVector.fromMemorySegment(F, x, xo + 4L * j, LE)
                    .sub(mean)
                    .mul(scale);
            v.mul(FloatVector.fromMemorySegment(F, f, fo + 4L * j, LE).add(plus))
                    .intoMemorySegment(y, yo + 4L * j, LE);
        }
        for (; j < d; j++) {
            float v = (Lanes.get(x, xo + 4L * j) - mean) * scale;
            Lanes.set(y, yo + 4L * j, v * (Lanes.get(f, fo + 4L * j) + plus));
        }
    }

    private void shifted(
            MemorySegment x,
            long xo,
            float mean,
            float scale,
            MemorySegment f,
            long fo,
            MemorySegment s,
            long so,
            MemorySegment y,
            long yo) {
        int j = 0;
        for (; j + N <= d; j += N) {
            FloatVector v = FloatVector.fromMemorySegment(F, x, xo + 4L * j, LE)
                    .sub(mean)
                    .mul(scale);
            v = v.mul(FloatVector.fromMemorySegment(F, f, fo + 4L * j, LE).add(plus))
                    .add(FloatVector.fromMemorySegment(F, s, so + 4L * j, LE));
            v.intoMemorySegment(y, yo + 4L * j, LE);
        }
        for (; j < d; j++) {
            float v = (Lanes.get(x, xo + 4L * j) - mean) * scale;
            v = v * (Lanes.get(f, fo + 4L * j) + plus) + Lanes.get(s, so + 4L * j);
            Lanes.set(y, yo + 4L * j, v);
        }
    }
}
