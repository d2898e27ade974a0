package dev.airfoil.kernels.cpu.attention;

import static dev.airfoil.kernels.cpu.vector.Lanes.F;
import static dev.airfoil.kernels.cpu.vector.Lanes.LE;
import static dev.airfoil.kernels.cpu.vector.Lanes.N;

import dev.airfoil.kernels.cpu.vector.Lanes;
import dev.airfoil.kernels.cpu.vector.VectorMath;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * The softmax passes over blocks of scores, in powers of 2, with a running maximum or, where scores cannot be large, with
 * none: a softmax does not change when all scores of a query move by the same amount. {@code 2^x} for x <= 0 has a
 * relative error below 2.5e-7 down to x = -126; from -127 on it is exactly 0, so a score of -infinity drops its key.
 * Short methods with the exponential written out: longer ones, or one that calls it, make the compiler box vectors.
 */
final class Softmax2 {
    /** Below every score, yet finite: a query that has seen no key. */
    static final float LOWEST = -1e30f;

    /** Scores up to here, and sums of their weights, are far from the ends of F32. */
    static final float BOUND = 60;

    private static final float ROUND = 0x1.8p23f;
    private static final float MIN = -127f;
    private static final float LN_2 = 0.693147181f;
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
     * One key block for the N queries at {@code column}, whose scores are known to be small: {@code p = 2^(c s)}, with
     * {@code |c s|} of at most {@link #BOUND}, is added to the sum of each query.
     */
    static void bounded(MemorySegment scores, int width, int column, int keys, float c, float[] p, float[] sum) {
        MemorySegment s = Lanes.offHeap(scores);
        FloatVector l = FloatVector.fromArray(F, sum, column);
        int at = column;
        for (int k = 0; k < keys; k++) {
            FloatVector x = FloatVector.fromMemorySegment(F, s, 4L * at, LE);
            FloatVector t = x.fma(FloatVector.broadcast(F, c), FloatVector.broadcast(F, ROUND));
            FloatVector r = x.fma(
                    FloatVector.broadcast(F, c), FloatVector.broadcast(F, ROUND).sub(t));
            FloatVector e = FloatVector.broadcast(F, C5)
                    .fma(r, FloatVector.broadcast(F, C4))
                    .fma(r, FloatVector.broadcast(F, C3))
                    .fma(r, FloatVector.broadcast(F, C2))
                    .fma(r, FloatVector.broadcast(F, C1))
                    .fma(r, FloatVector.broadcast(F, 1f))
                    .reinterpretAsInts()
                    .add(t.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23))
                    .reinterpretAsFloats();
            e.intoArray(p, at);
            l = l.add(e);
            at += width;
        }
        l.intoArray(sum, column);
    }

    /** From running maxima, as powers of 2, and sums to {@code lse} and {@code 1 / sum}; zeros where no key was seen. */
    static void finish(float[] max, float[] sum, int n, float[] lse, float[] inverse) {
        for (int i = 0; i < n; i += N) {
            FloatVector l = FloatVector.fromArray(F, sum, i);
            VectorMask<Float> none = l.compare(VectorOperators.EQ, 0f);
            VectorMath.log(l)
                    .add(FloatVector.fromArray(F, max, i).mul(LN_2))
                    .blend(0f, none)
                    .intoArray(lse, i);
            FloatVector.broadcast(F, 1f).div(l).blend(0f, none).intoArray(inverse, i);
        }
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
     * Weights and their gradients for the N keys at {@code column} and {@code queries} queries, from scores {@code s
     * [queries width]} and {@code gp = go v^T}: {@code p = 2^(c s + shift)} and {@code gs = p (gp - delta) scale}.
     *
     * @param first the first query in {@code shift} and {@code delta}
     */
    static void gradients(
            MemorySegment scores,
            MemorySegment weightGrads,
            int width,
            int column,
            int queries,
            int first,
            float c,
            float[] shift,
            float scale,
            float[] delta,
            float[] p,
            float[] gs) {
        MemorySegment s = Lanes.offHeap(scores);
        MemorySegment gp = Lanes.offHeap(weightGrads);
        int at = column;
        for (int i = first; i < first + queries; i++) {
            FloatVector e = exp2(FloatVector.fromMemorySegment(F, s, 4L * at, LE)
                    .fma(FloatVector.broadcast(F, c), FloatVector.broadcast(F, shift[i])));
            e.intoArray(p, at);
            FloatVector.fromMemorySegment(F, gp, 4L * at, LE)
                    .sub(FloatVector.broadcast(F, delta[i]))
                    .mul(scale)
                    .mul(e)
                    .intoArray(gs, at);
            at += width;
        }
    }
}
