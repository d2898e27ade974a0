package dev.airfoil.kernels.cpu.rows;

import static dev.airfoil.kernels.cpu.vector.Lanes.F;
import static dev.airfoil.kernels.cpu.vector.Lanes.LE;
import static dev.airfoil.kernels.cpu.vector.Lanes.N;
import static dev.airfoil.kernels.cpu.vector.Lanes.offHeap;

import dev.airfoil.kernels.cpu.Floats;
import dev.airfoil.kernels.cpu.vector.Lanes;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;

/**
 * Turning pairs of neighbours: with each pair's elements exchanged, {@code y = x c + swapped(x) s}, where c and s hold cos
 * and -sin, +sin for each element rather than each pair. Back is the same with -s.
 */
final class Rotation {
    private static final VectorShuffle<Float> SWAP = VectorShuffle.fromOp(F, i -> i ^ 1);

    private Rotation() {}

    /** Spreads row {@code row} of {@code cos, sin [n e/2]} to {@code table [2 e]}, which is c and then s. */
    static void spread(Floats cos, Floats sin, int row, int e, MemorySegment table) {
        for (int j = 0; j < e; j += 2) {
            long pair = (long) row * (e / 2) + j / 2;
            float c = Lanes.get(cos.data(), cos.at(pair));
            float s = Lanes.get(sin.data(), sin.at(pair));
            Lanes.set(table, 4L * j, c);
            Lanes.set(table, 4L * j + 4, c);
            Lanes.set(table, 4L * (e + j), -s);
            Lanes.set(table, 4L * (e + j) + 4, s);
        }
    }

    /**
     * {@code y = turn(x rstd w)} for the {@code h} heads of a token.
     *
     * @param table c and s of the token
     * @param yo byte of the first head; the next one follows after {@code step} bytes
     */
    static void forward(
            MemorySegment table,
            MemorySegment x,
            long xo,
            int h,
            int e,
            float eps,
            MemorySegment w,
            long wo,
            MemorySegment y,
            long yo,
            long step) {
        for (int head = 0; head < h; head++) {
            long from = xo + 4L * head * e;
            float rstd = (float) (1 / Math.sqrt(squares(x, from, e) / (double) e + eps));
            turn(x, from, rstd, w, wo, table, y, yo + head * step, e);
        }
    }

    private static float squares(MemorySegment x, long xo, int e) {
        FloatVector sum = FloatVector.zero(F);
        int end = F.loopBound(e);
        int j = 0;
        for (; j < end; j += N) {
            FloatVector v = FloatVector.fromMemorySegment(F, x, xo + 4L * j, LE);
            sum = v.fma(v, sum);
        }
        float total = Lanes.sum(sum);
        for (; j < e; j++) {
            float v = Lanes.get(x, xo + 4L * j);
            total += v * v;
        }
        return total;
    }

    private static void turn(
            MemorySegment x,
            long xo,
            float rstd,
            MemorySegment w,
            long wo,
            MemorySegment table,
            MemorySegment y,
            long yo,
            int e) {
        MemorySegment out = offHeap(y);
        long s = 4L * e;
        int end = F.loopBound(e);
        int j = 0;
        for (; j < end; j += N) {
            FloatVector v = FloatVector.fromMemorySegment(F, x, xo + 4L * j, LE)
                    .mul(rstd)
                    .mul(FloatVector.fromMemorySegment(F, w, wo + 4L * j, LE));
            FloatVector t = v.rearrange(SWAP).mul(FloatVector.fromMemorySegment(F, table, s + 4L * j, LE));
            v.fma(FloatVector.fromMemorySegment(F, table, 4L * j, LE), t).intoMemorySegment(out, yo + 4L * j, LE);
        }
        for (; j < e; j++) {
            float v = Lanes.get(x, xo + 4L * j) * rstd * Lanes.get(w, wo + 4L * j);
            int k = j ^ 1;
            float swapped = Lanes.get(x, xo + 4L * k) * rstd * Lanes.get(w, wo + 4L * k);
            float t = swapped * Lanes.get(table, s + 4L * j);
            Lanes.set(y, yo + 4L * j, Math.fma(v, Lanes.get(table, 4L * j), t));
        }
    }

    /**
     * The gradients of {@link #forward}: that of x from the gradient {@code g} of y; that of w is added to {@code sum}.
     *
     * @param go byte of the first head of g; the next one follows after {@code step} bytes
     * @param gx where the gradient of x goes, laid out as x
     * @param own room for one head
     */
    static void backward(
            MemorySegment table,
            MemorySegment g,
            long go,
            long step,
            MemorySegment x,
            long xo,
            int h,
            int e,
            float eps,
            MemorySegment w,
            long wo,
            MemorySegment gx,
            long to,
            MemorySegment sum,
            long so,
            MemorySegment own) {
        for (int head = 0; head < h; head++) {
            long at = 4L * head * e;
            double square = squares(x, xo + at, e) / (double) e + eps;
            float rstd = (float) (1 / Math.sqrt(square));
            float mean = turnBack(g, go + head * step, table, x, xo + at, w, wo, own, e);
            back(own, x, xo + at, w, wo, rstd, (float) (mean / square / e), gx, to + at, sum, so, e);
        }
    }

    /** {@code y = turn back(g)}, and the sum of {@code y w x}. */
    private static float turnBack(
            MemorySegment g,
            long go,
            MemorySegment table,
            MemorySegment x,
            long xo,
            MemorySegment w,
            long wo,
            MemorySegment y,
            int e) {
        MemorySegment out = offHeap(y);
        FloatVector sum = FloatVector.zero(F);
        long s = 4L * e;
        int end = F.loopBound(e);
        int j = 0;
        for (; j < end; j += N) {
            FloatVector v = FloatVector.fromMemorySegment(F, g, go + 4L * j, LE);
            FloatVector t = v.rearrange(SWAP).mul(FloatVector.fromMemorySegment(F, table, s + 4L * j, LE));
            FloatVector u =
                    v.mul(FloatVector.fromMemorySegment(F, table, 4L * j, LE)).sub(t);
            u.intoMemorySegment(out, 4L * j, LE);
            sum = u.mul(FloatVector.fromMemorySegment(F, w, wo + 4L * j, LE))
                    .fma(FloatVector.fromMemorySegment(F, x, xo + 4L * j, LE), sum);
        }
        float total = Lanes.sum(sum);
        for (; j < e; j++) {
            float t = Lanes.get(g, go + 4L * (j ^ 1)) * Lanes.get(table, s + 4L * j);
            float u = Lanes.get(g, go + 4L * j) * Lanes.get(table, 4L * j) - t;
            Lanes.set(y, 4L * j, u);
            total += u * Lanes.get(w, wo + 4L * j) * Lanes.get(x, xo + 4L * j);
        }
        return total;
    }

    /** {@code gx = (g w - x mean) rstd}, and {@code g x rstd} added to the sum. */
    private static void back(
            MemorySegment g,
            MemorySegment x,
            long xo,
            MemorySegment w,
            long wo,
            float rstd,
            float mean,
            MemorySegment gx,
            long to,
            MemorySegment sum,
            long so,
            int e) {
        MemorySegment out = offHeap(gx);
        MemorySegment added = offHeap(sum);
        int end = F.loopBound(e);
        int j = 0;
        for (; j < end; j += N) {
            FloatVector u = FloatVector.fromMemorySegment(F, x, xo + 4L * j, LE);
            FloatVector v = FloatVector.fromMemorySegment(F, g, 4L * j, LE);
            v.mul(FloatVector.fromMemorySegment(F, w, wo + 4L * j, LE))
                    .sub(u.mul(mean))
                    .mul(rstd)
                    .intoMemorySegment(out, to + 4L * j, LE);
            v.mul(rstd)
                    .fma(u, FloatVector.fromMemorySegment(F, sum, so + 4L * j, LE))
                    .intoMemorySegment(added, so + 4L * j, LE);
        }
        for (; j < e; j++) {
            float u = Lanes.get(x, xo + 4L * j);
            float v = Lanes.get(g, 4L * j);
            Lanes.set(gx, to + 4L * j, (v * Lanes.get(w, wo + 4L * j) - u * mean) * rstd);
            Lanes.set(sum, so + 4L * j, Math.fma(v * rstd, u, Lanes.get(sum, so + 4L * j)));
        }
    }
}
