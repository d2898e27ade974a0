package dev.airfoil.kernels.cpu.rows;

import static dev.airfoil.kernels.cpu.vector.Lanes.F;
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
            a = a.add(Lanes.load(x, xo + 4L * j));
            b = b.add(Lanes.load(x, xo + 4L * (j + N)));
        }
        for (; j < n; j += N) {
            a = a.add(tail(x, xo, j, n));
        }
        return a.add(b).reduceLanes(VectorOperators.ADD);
    }

    /** Sum of {@code (x - mean)^2}. */
    static float squares(MemorySegment x, long xo, int n, float mean) {
        FloatVector a = FloatVector.zero(F);
        FloatVector b = FloatVector.zero(F);
        int j = 0;
        for (; j + 2 * N <= n; j += 2 * N) {
            FloatVector u = Lanes.load(x, xo + 4L * j).sub(mean);
            FloatVector v = Lanes.load(x, xo + 4L * (j + N)).sub(mean);
            a = u.fma(u, a);
            b = v.fma(v, b);
        }
        for (; j < n; j += N) {
            VectorMask<Float> m = F.indexInRange(j, n);
            FloatVector u = FloatVector.fromMemorySegment(F, x, xo + 4L * j, Lanes.LE, m);
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
            a = Lanes.load(x, xo + 4L * j).fma(Lanes.load(y, yo + 4L * j), a);
            b = Lanes.load(x, xo + 4L * (j + N)).fma(Lanes.load(y, yo + 4L * (j + N)), b);
        }
        for (; j < n; j += N) {
            a = tail(x, xo, j, n).fma(tail(y, yo, j, n), a);
        }
        return a.add(b).reduceLanes(VectorOperators.ADD);
    }

    /** Largest element; NaN if there is one. */
    static float max(MemorySegment x, long xo, int n) {
        FloatVector a = FloatVector.broadcast(F, Float.NEGATIVE_INFINITY);
        int j = 0;
        for (; j + N <= n; j += N) {
            a = a.max(Lanes.load(x, xo + 4L * j));
        }
        float max = a.reduceLanes(VectorOperators.MAX);
        for (; j < n; j++) {
            max = Math.max(max, Lanes.get(x, xo + 4L * j));
        }
        return max;
    }

    /** Elements j to j + N, zeros from n on. */
    static FloatVector tail(MemorySegment x, long xo, int j, int n) {
        return FloatVector.fromMemorySegment(F, x, xo + 4L * j, Lanes.LE, F.indexInRange(j, n));
    }
}
