package dev.airfoil.kernels.cpu.rows;

import static dev.airfoil.kernels.cpu.vector.Lanes.F;
import static dev.airfoil.kernels.cpu.vector.Lanes.LE;
import static dev.airfoil.kernels.cpu.vector.Lanes.N;

import dev.airfoil.kernels.cpu.vector.Lanes;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** Sums along one row of {@code n} elements. Two running vectors, so that additions do not wait for each other. */
final class RowMath {
    private RowMath() {}

    static float sum(MemorySegment x, long xo, int n) {
        FloatVector a = FloatVector.zero(F);
        FloatVector b = FloatVector.zero(F);
        int j = 0;
        for (; j + 2 * N <= n; j += 2 * N) {
            a = a.add(FloatVector.fromMemorySegment(F, x, xo + 4L * j, LE));
            b = b.add(FloatVector.fromMemorySegment(F, x, xo + 4L * (j + N), LE));
        }
        for (; j < n; j += N) {
            a = a.add(FloatVector.fromMemorySegment(F, x, xo + 4L * j, LE, F.indexInRange(j, n)));
        }
        return a.add(b).reduceLanes(VectorOperators.ADD);
    }

    /** Sum of {@code (x - mean)^2}. */
    static float squares(MemorySegment x, long xo, int n, float mean) {
        FloatVector a = FloatVector.zero(F);
        FloatVector b = FloatVector.zero(F);
        int j = 0;
        for (; j + 2 * N <= n; j += 2 * N) {
            FloatVector u = FloatVector.fromMemorySegment(F, x, xo + 4L * j, LE).sub(mean);
            FloatVector v =
                    FloatVector.fromMemorySegment(F, x, xo + 4L * (j + N), LE).sub(mean);
            a = u.fma(u, a);
            b = v.fma(v, b);
        }
        for (; j < n; j += N) {
            VectorMask<Float> m = F.indexInRange(j, n);
            FloatVector u = FloatVector.fromMemorySegment(F, x, xo + 4L * j, LE, m);
            u = u.sub(FloatVector.broadcast(F, mean), m);
            a = u.fma(u, a);
        }
        return a.add(b).reduceLanes(VectorOperators.ADD);
    }

    static float dot(MemorySegment x, long xo, MemorySegment y, long yo, int n) {
        FloatVector a = FloatVector.zero(F);
        FloatVector b = FloatVector.zero(F);
        int j = 0;
        for (; j + 2 * N <= n; j += 2 * N) {
            a = FloatVector.fromMemorySegment(F, x, xo + 4L * j, LE)
                    .fma(FloatVector.fromMemorySegment(F, y, yo + 4L * j, LE), a);
            b = FloatVector.fromMemorySegment(F, x, xo + 4L * (j + N), LE)
                    .fma(FloatVector.fromMemorySegment(F, y, yo + 4L * (j + N), LE), b);
        }
        for (; j < n; j += N) {
            a = FloatVector.fromMemorySegment(F, x, xo + 4L * j, LE, F.indexInRange(j, n))
                    .fma(FloatVector.fromMemorySegment(F, y, yo + 4L * j, LE, F.indexInRange(j, n)), a);
        }
        return a.add(b).reduceLanes(VectorOperators.ADD);
    }

    /** Largest element; NaN if there is one. */
    static float max(MemorySegment x, long xo, int n) {
        FloatVector a = FloatVector.broadcast(F, Float.NEGATIVE_INFINITY);
        int j = 0;
        for (; j + N <= n; j += N) {
            a = a.max(FloatVector.fromMemorySegment(F, x, xo + 4L * j, LE));
        }
        float max = a.reduceLanes(VectorOperators.MAX);
        for (; j < n; j++) {
            max = Math.max(max, Lanes.get(x, xo + 4L * j));
        }
        return max;
    }
}
