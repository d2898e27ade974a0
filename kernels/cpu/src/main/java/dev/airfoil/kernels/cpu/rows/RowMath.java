package dev.airfoil.kernels.cpu.rows;

import static dev.airfoil.kernels.cpu.vector.Lanes.F;
import static dev.airfoil.kernels.cpu.vector.Lanes.LE;
import static dev.airfoil.kernels.cpu.vector.Lanes.N;
import static dev.airfoil.kernels.cpu.vector.Lanes.offHeap;

import dev.airfoil.kernels.cpu.vector.Lanes;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * Sums along one row of {@code n} elements. Four running vectors, so that additions do not wait for each other; the loops
 * end at a bound that does not depend on them, because the compiler unrolls no others.
 */
public final class RowMath {
    /** Elements that are summed in F32; longer rows are put together of such pieces in double. */
    static final int PIECE = 4_096;
    /** Elements that a row's mean is guessed from: fewer are too easily far off all of them, more take time. */
    private static final int SOME = 32;
    /** Numbers that {@link #moments} works in. */
    static final int ROOM = 2 * N;

    private RowMath() {}

    static float sum(MemorySegment x, long xo, int n) {
        FloatVector a = FloatVector.zero(F);
        FloatVector b = FloatVector.zero(F);
        FloatVector c = FloatVector.zero(F);
        FloatVector d = FloatVector.zero(F);
        int end = n / (4 * N) * (4 * N);
        int j = 0;
        for (; j < end; j += 4 * N) {
            long at = xo + 4L * j;
            a = a.add(FloatVector.fromMemorySegment(F, x, at, LE));
            b = b.add(FloatVector.fromMemorySegment(F, x, at + 4L * N, LE));
            c = c.add(FloatVector.fromMemorySegment(F, x, at + 8L * N, LE));
            d = d.add(FloatVector.fromMemorySegment(F, x, at + 12L * N, LE));
        }
        for (; j < n; j += N) {
            a = a.add(FloatVector.fromMemorySegment(F, x, xo + 4L * j, LE, F.indexInRange(j, n)));
        }
        return Lanes.sum(a.add(b).add(c.add(d)));
    }

    /**
     * Mean and variance of {@code n > 0} elements, to {@code to[0]} and {@code to[1]}.
     *
     * @param to of {@link #ROOM}
     */
    static void moments(MemorySegment x, long xo, int n, float[] to) {
        if (n <= PIECE) {
            piece(x, xo, n, to);
            return;
        }
        double mean = 0;
        double square = 0;
        for (int start = 0; start < n; start += PIECE) {
            int length = Math.min(PIECE, n - start);
            piece(x, xo + 4L * start, length, to);
            mean += (double) to[0] * length / n;
            square += ((double) to[0] * to[0] + to[1]) * length / n;
        }
        to[0] = (float) mean;
        to[1] = (float) (square - mean * mean);
    }

    /**
     * The mean of the first elements: never far off that of all, measured in standard deviations.
     *
     * @param room for a vector
     */
    static float guess(MemorySegment x, long xo, int n, float[] room) {
        float sum = 0;
        if (n < SOME) {
            for (int j = 0; j < n; j++) {
                sum += Lanes.get(x, xo + 4L * j);
            }
            return sum / n;
        }
        FloatVector a = FloatVector.zero(F);
        for (int j = 0; j < SOME; j += N) {
            a = a.add(FloatVector.fromMemorySegment(F, x, xo + 4L * j, LE));
        }
        a.intoArray(room, 0);
        return Lanes.sum(room, 0) / SOME;
    }

    /** One pass over a piece: sums of the distances from a guess of the mean and of their squares, so little cancels. */
    private static void piece(MemorySegment x, long xo, int n, float[] to) {
        float guess = guess(x, xo, n, to);
        FloatVector a = FloatVector.zero(F);
        FloatVector b = FloatVector.zero(F);
        FloatVector a2 = FloatVector.zero(F);
        FloatVector b2 = FloatVector.zero(F);
        FloatVector c2 = FloatVector.zero(F);
        FloatVector d2 = FloatVector.zero(F);
        int end = n / (4 * N) * (4 * N);
        int j = 0;
        // Not a loop that counts to the compiler: a check for each turn, but no ranges to set up for each row.
        for (; j != end; j += 4 * N) {
            MemorySegment four = x.asSlice(xo + 4L * j, 16L * N);
            FloatVector u = FloatVector.fromMemorySegment(F, four, 0, LE).sub(guess);
            FloatVector v = FloatVector.fromMemorySegment(F, four, 4L * N, LE).sub(guess);
            FloatVector w = FloatVector.fromMemorySegment(F, four, 8L * N, LE).sub(guess);
            FloatVector z = FloatVector.fromMemorySegment(F, four, 12L * N, LE).sub(guess);
            a = a.add(u.add(v));
            b = b.add(w.add(z));
            a2 = u.fma(u, a2);
            b2 = v.fma(v, b2);
            c2 = w.fma(w, c2);
            d2 = z.fma(z, d2);
        }
        for (; j <= n - N; j += N) {
            FloatVector u = FloatVector.fromMemorySegment(F, x, xo + 4L * j, LE).sub(guess);
            a = a.add(u);
            a2 = u.fma(u, a2);
        }
        a.add(b).intoArray(to, 0);
        a2.add(b2).add(c2.add(d2)).intoArray(to, N);
        float sum = Lanes.sum(to, 0);
        float squares = Lanes.sum(to, N);
        for (; j < n; j++) {
            float u = Lanes.get(x, xo + 4L * j) - guess;
            sum += u;
            squares += u * u;
        }
        float off = sum / n;
        to[0] = guess + off;
        float variance = squares / n - off * off;
        to[1] = variance < 0 ? 0 : variance;
    }

    public static float dot(MemorySegment x, long xo, MemorySegment y, long yo, int n) {
        FloatVector a = FloatVector.zero(F);
        FloatVector b = FloatVector.zero(F);
        FloatVector c = FloatVector.zero(F);
        FloatVector d = FloatVector.zero(F);
        int end = n / (4 * N) * (4 * N);
        int j = 0;
        for (; j < end; j += 4 * N) {
            long at = xo + 4L * j;
            long to = yo + 4L * j;
            a = FloatVector.fromMemorySegment(F, x, at, LE).fma(FloatVector.fromMemorySegment(F, y, to, LE), a);
            b = FloatVector.fromMemorySegment(F, x, at + 4L * N, LE)
                    .fma(FloatVector.fromMemorySegment(F, y, to + 4L * N, LE), b);
            c = FloatVector.fromMemorySegment(F, x, at + 8L * N, LE)
                    .fma(FloatVector.fromMemorySegment(F, y, to + 8L * N, LE), c);
            d = FloatVector.fromMemorySegment(F, x, at + 12L * N, LE)
                    .fma(FloatVector.fromMemorySegment(F, y, to + 12L * N, LE), d);
        }
        for (; j < n; j += N) {
            VectorMask<Float> m = F.indexInRange(j, n);
            a = FloatVector.fromMemorySegment(F, x, xo + 4L * j, LE, m)
                    .fma(FloatVector.fromMemorySegment(F, y, yo + 4L * j, LE, m), a);
        }
        return Lanes.sum(a.add(b).add(c.add(d)));
    }

    /** Largest element; NaN if there is one. */
    static float max(MemorySegment x, long xo, int n) {
        FloatVector a = FloatVector.broadcast(F, Float.NEGATIVE_INFINITY);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        int end = n / (4 * N) * (4 * N);
        int j = 0;
        for (; j < end; j += 4 * N) {
            long at = xo + 4L * j;
            a = a.max(FloatVector.fromMemorySegment(F, x, at, LE));
            b = b.max(FloatVector.fromMemorySegment(F, x, at + 4L * N, LE));
            c = c.max(FloatVector.fromMemorySegment(F, x, at + 8L * N, LE));
            d = d.max(FloatVector.fromMemorySegment(F, x, at + 12L * N, LE));
        }
        for (; j < n; j += N) {
            VectorMask<Float> m = F.indexInRange(j, n);
            a = a.blend(a.max(FloatVector.fromMemorySegment(F, x, xo + 4L * j, LE, m)), m);
        }
        return a.max(b).max(c.max(d)).reduceLanes(VectorOperators.MAX);
    }

    /** Adds {@code n} elements of x to those of y. */
    public static void add(MemorySegment x, long xo, MemorySegment y, long yo, int n) {
        MemorySegment out = offHeap(y);
        int end = F.loopBound(n);
        int j = 0;
        for (; j < end; j += N) {
            FloatVector.fromMemorySegment(F, y, yo + 4L * j, LE)
                    .add(FloatVector.fromMemorySegment(F, x, xo + 4L * j, LE))
                    .intoMemorySegment(out, yo + 4L * j, LE);
        }
        for (; j < n; j++) {
            Lanes.set(y, yo + 4L * j, Lanes.get(y, yo + 4L * j) + Lanes.get(x, xo + 4L * j));
        }
    }
}
