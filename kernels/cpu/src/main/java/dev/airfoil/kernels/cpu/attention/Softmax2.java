package dev.airfoil.kernels.cpu.attention;

import static dev.airfoil.kernels.cpu.vector.Lanes.F;
import static dev.airfoil.kernels.cpu.vector.Lanes.LE;
import static dev.airfoil.kernels.cpu.vector.Lanes.N;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * The softmax passes over blocks of scores, in powers of 2, with a running maximum or, where scores cannot be large, with
 * none: a softmax does not change when all scores of a query move by the same amount. {@code 2^x} for x <= 0 has a relative error below 2.5e-7 down
 * to x = -126; from -127 on it is exactly 0, so a score of -infinity drops its key. Short methods with the exponential
 * written out: longer ones, or one that calls it, make the compiler box vectors.
 */
final class Softmax2 {
    /** Below every score, yet finite: a query that has seen no key. */
    static final float LOWEST = -1e30f;

    /** Scores up to here, and sums of their weights, are far from the ends of F32. */
    static final float BOUND = 60;

    private static final float ROUND = 0x1.8p23f;
    private static final float MIN = -127f;
    // Minimax on [-1/2, 1/2] with the constant 1; relative error 8e-8.
    private static final float C1 = 6.931470037e-01f;
    private static final float C2 = 2.402224243e-01f;
    private static final float C3 = 5.550733581e-02f;
    private static final float C4 = 9.671512991e-03f;
    private static final float C5 = 1.326472731e-03f;

    private Softmax2() {}

    /** 2^x for x <= 0. */
    static FloatVector exp2(FloatVector x) {
        FloatVector y = x.blend(MIN, x.compare(VectorOperators.LT, MIN));
        FloatVector t = y.add(ROUND);
        FloatVector r = y.sub(t.sub(ROUND));
        FloatVector p = FloatVector.broadcast(F, C5)
                .fma(r, FloatVector.broadcast(F, C4))
                .fma(r, FloatVector.broadcast(F, C3))
                .fma(r, FloatVector.broadcast(F, C2))
                .fma(r, FloatVector.broadcast(F, C1))
                .fma(r, FloatVector.broadcast(F, 1f));
        return p.reinterpretAsInts()
                .add(t.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23))
                .reinterpretAsFloats();
    }

    /**
     * One key block whose scores are known to be small: {@code p = 2^(c s)} for {@code n} of them, with {@code |c s|} of
     * at most {@link #BOUND}.
     */
    static void bounded(MemorySegment s, int n, float c, float[] p) {
        for (int i = 0; i < n; i += N) {
            FloatVector x = FloatVector.fromMemorySegment(F, s, 4L * i, LE);
            FloatVector t = x.fma(FloatVector.broadcast(F, c), FloatVector.broadcast(F, ROUND));
            FloatVector r = x.fma(
                    FloatVector.broadcast(F, c), FloatVector.broadcast(F, ROUND).sub(t));
            FloatVector y = FloatVector.broadcast(F, C5)
                    .fma(r, FloatVector.broadcast(F, C4))
                    .fma(r, FloatVector.broadcast(F, C3))
                    .fma(r, FloatVector.broadcast(F, C2))
                    .fma(r, FloatVector.broadcast(F, C1))
                    .fma(r, FloatVector.broadcast(F, 1f));
            y.reinterpretAsInts()
                    .add(t.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23))
                    .reinterpretAsFloats()
                    .intoArray(p, i);
        }
    }

    /** Adds the weights {@code p [keys][width]} of the N queries at {@code column} to their sums. */
    static void sums(float[] p, int width, int column, int keys, float[] sum) {
        FloatVector even = FloatVector.fromArray(F, sum, column);
        FloatVector odd = FloatVector.zero(F);
        int k = 0;
        for (; k + 2 <= keys; k += 2) {
            even = even.add(FloatVector.fromArray(F, p, column + k * width));
            odd = odd.add(FloatVector.fromArray(F, p, column + (k + 1) * width));
        }
        if (k < keys) {
            even = even.add(FloatVector.fromArray(F, p, column + k * width));
        }
        even.add(odd).intoArray(sum, column);
    }

    /**
     * One key block for the N queries at {@code column}: scores {@code s [keys][width]} become weights {@code p} of {@code
     * c s}, with the running maximum and sum of each query moved on.
     *
     * @param factor gets what sums so far are to be multiplied with
     */
    static void block(
            MemorySegment s,
            int width,
            int column,
            int keys,
            float c,
            float[] p,
            float[] max,
            float[] sum,
            float[] factor) {
        FloatVector old = FloatVector.fromArray(F, max, column);
        FloatVector now = largest(s, 4L * column, 4L * width, keys, c, old);
        FloatVector f = exp2(old.sub(now));
        now.intoArray(max, column);
        f.intoArray(factor, column);
        FloatVector.fromArray(F, sum, column).mul(f).intoArray(sum, column);
        weights(s, 4L * column, 4L * width, keys, c, p, column, width, max, sum);
    }

    private static FloatVector largest(MemorySegment s, long at, long stride, int keys, float c, FloatVector start) {
        FloatVector m = start;
        for (int k = 0; k < keys; k++) {
            FloatVector v =
                    FloatVector.fromMemorySegment(F, s, at + k * stride, LE).mul(c);
            m = m.blend(v, m.compare(VectorOperators.LT, v));
        }
        return m;
    }

    private static void weights(
            MemorySegment s,
            long at,
            long stride,
            int keys,
            float c,
            float[] p,
            int to,
            int width,
            float[] max,
            float[] sum) {
        FloatVector m = FloatVector.fromArray(F, max, to);
        FloatVector l = FloatVector.fromArray(F, sum, to);
        for (int k = 0; k < keys; k++) {
            FloatVector e = exp2(FloatVector.fromMemorySegment(F, s, at + k * stride, LE)
                    .mul(c)
                    .sub(m));
            e.intoArray(p, to + k * width);
            l = l.add(e);
        }
        l.intoArray(sum, to);
    }

    /**
     * Weights and their gradients for one query, from its scores and {@code gp = go v^T}: {@code p = 2^(c s - lse)} and
     * {@code gs = p (gp - delta) scale}, over {@code keys} rounded up to whole vectors.
     */
    static void gradRow(
            MemorySegment s,
            MemorySegment gp,
            long at,
            int keys,
            float c,
            float lse,
            float delta,
            float scale,
            float[] p,
            float[] gs,
            int to) {
        for (int k = 0; k < keys; k += N) {
            FloatVector x = FloatVector.fromMemorySegment(F, s, at + 4L * k, LE)
                    .fma(FloatVector.broadcast(F, c), FloatVector.broadcast(F, -lse));
            FloatVector e = exp2(x);
            e.intoArray(p, to + k);
            FloatVector g = FloatVector.fromMemorySegment(F, gp, at + 4L * k, LE)
                    .sub(delta)
                    .mul(e)
                    .mul(scale);
            g.intoArray(gs, to + k);
        }
    }
}
