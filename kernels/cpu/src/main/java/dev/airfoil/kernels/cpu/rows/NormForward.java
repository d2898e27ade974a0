package dev.airfoil.kernels.cpu.rows;

import static dev.airfoil.kernels.cpu.vector.Lanes.F;
import static dev.airfoil.kernels.cpu.vector.Lanes.LE;
import static dev.airfoil.kernels.cpu.vector.Lanes.N;
import static dev.airfoil.kernels.cpu.vector.Lanes.offHeap;

import dev.airfoil.kernels.cpu.Floats;
import dev.airfoil.kernels.cpu.WorkerPool;
import dev.airfoil.kernels.cpu.vector.Lanes;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * {@code y = norm(x) (factor + plus) [+ addend]} for rows of {@code d} elements, with one factor {@code [d]} per group of
 * rows. After its statistics a row is read again from the first-level cache, so this is one trip through memory. Rows in
 * parallel.
 */
record NormForward(Norm norm, float eps, Groups groups, int d, float plus, Addend addend) {
    static final int PARALLEL = 16_384;

    /** What is added at the end. */
    enum Addend {
        NOTHING,
        /** A row {@code [d]} per group. */
        PER_GROUP,
        /** A row for each row. */
        PER_ROW
    }

    /** @param added anything where nothing is added */
    void run(WorkerPool pool, Floats x, Floats factor, Floats added, Floats y) {
        pool.splitIf((long) groups.rows() * d > PARALLEL, groups.rows(), (from, to) -> {
            float[] scale = new float[RowMath.ROOM];
            for (int i = from; i < to; i++) {
                long row = (long) i * d;
                long group = (long) groups.of(i) * d;
                long xo = x.at(row);
                long fo = factor.at(group);
                long yo = y.at(row);
                norm.measure(x.data(), xo, d, eps, scale);
                if (addend == Addend.NOTHING) {
                    map(x.data(), xo, scale[0], scale[1], factor.data(), fo, plus, y.data(), yo, d);
                } else {
                    long ao = added.at(addend == Addend.PER_ROW ? row : group);
                    map(x.data(), xo, scale[0], scale[1], factor.data(), fo, plus, added.data(), ao, y.data(), yo, d);
                }
            }
        });
    }

    /** Slices of a row, so that there is less to check before its loop: that is a twentieth of what a row of 1152 takes. */
    private static void map(
            MemorySegment x,
            long xo,
            float mean,
            float scale,
            MemorySegment f,
            long fo,
            float plus,
            MemorySegment y,
            long yo,
            int d) {
        MemorySegment in = x.asSlice(xo, 4L * d);
        MemorySegment factors = f.asSlice(fo, 4L * d);
        MemorySegment out = offHeap(y).asSlice(yo, 4L * d);
        int end = F.loopBound(d);
        int j = 0;
        for (; j < end; j += N) {
            FloatVector v =
                    FloatVector.fromMemorySegment(F, in, 4L * j, LE).sub(mean).mul(scale);
            v.mul(FloatVector.fromMemorySegment(F, factors, 4L * j, LE).add(plus))
                    .intoMemorySegment(out, 4L * j, LE);
        }
        for (; j < d; j++) {
            float v = (Lanes.get(in, 4L * j) - mean) * scale;
            Lanes.set(out, 4L * j, v * (Lanes.get(factors, 4L * j) + plus));
        }
    }

    private static void map(
            MemorySegment x,
            long xo,
            float mean,
            float scale,
            MemorySegment f,
            long fo,
            float plus,
            MemorySegment a,
            long ao,
            MemorySegment y,
            long yo,
            int d) {
        MemorySegment in = x.asSlice(xo, 4L * d);
        MemorySegment factors = f.asSlice(fo, 4L * d);
        MemorySegment added = a.asSlice(ao, 4L * d);
        MemorySegment out = offHeap(y).asSlice(yo, 4L * d);
        int end = F.loopBound(d);
        int j = 0;
        for (; j < end; j += N) {
            FloatVector v =
                    FloatVector.fromMemorySegment(F, in, 4L * j, LE).sub(mean).mul(scale);
            v.fma(
                            FloatVector.fromMemorySegment(F, factors, 4L * j, LE)
                                    .add(plus),
                            FloatVector.fromMemorySegment(F, added, 4L * j, LE))
                    .intoMemorySegment(out, 4L * j, LE);
        }
        for (; j < d; j++) {
            float v = (Lanes.get(in, 4L * j) - mean) * scale;
            float factor = Lanes.get(factors, 4L * j) + plus;
            Lanes.set(out, 4L * j, Math.fma(v, factor, Lanes.get(added, 4L * j)));
        }
    }
}
