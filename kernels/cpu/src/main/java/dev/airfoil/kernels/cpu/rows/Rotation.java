package dev.airfoil.kernels.cpu.rows;

import static dev.airfoil.kernels.cpu.vector.Lanes.F;
import static dev.airfoil.kernels.cpu.vector.Lanes.LE;
import static dev.airfoil.kernels.cpu.vector.Lanes.N;
import static dev.airfoil.kernels.cpu.vector.Lanes.offHeap;

import dev.airfoil.kernels.cpu.Floats;
import dev.airfoil.kernels.cpu.vector.Lanes;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;

/**
 * Turning pairs of neighbours: with each pair's elements exchanged, {@code y = x c + swapped(x) s}, where c and s hold cos
 * and -sin, +sin for each element rather than each pair. Back is the same with -s. Heads are short, so the loops that
 * write go down the same columns of all heads of a token, and what depends on the column stays in registers.
 */
final class Rotation {
    private static final VectorShuffle<Float> SWAP = VectorShuffle.fromOp(F, i -> i ^ 1);
    private static final VectorMask<Float> EVEN = VectorMask.fromLong(F, 0x5555);

    private Rotation() {}

    /** Spreads row {@code row} of {@code cos, sin [n e/2]} to {@code table [2 e]}, which is c and then s. */
    static void spread(Floats cos, Floats sin, int row, int e, MemorySegment table) {
        MemorySegment out = offHeap(table);
        MemorySegment from = cos.data();
        MemorySegment from2 = sin.data();
        long co = cos.at((long) row * (e / 2));
        long so = sin.at((long) row * (e / 2));
        int end = e / (2 * N) * (2 * N);
        int j = 0;
        for (; j < end; j += 2 * N) {
            FloatVector c = FloatVector.fromMemorySegment(F, from, co + 2L * j, LE);
            FloatVector s = FloatVector.fromMemorySegment(F, from2, so + 2L * j, LE);
            FloatVector s0 = s.rearrange(Lanes.FIRST_HALF);
            FloatVector s1 = s.rearrange(Lanes.SECOND_HALF);
            c.rearrange(Lanes.FIRST_HALF).intoMemorySegment(out, 4L * j, LE);
            c.rearrange(Lanes.SECOND_HALF).intoMemorySegment(out, 4L * (j + N), LE);
            s0.blend(s0.neg(), EVEN).intoMemorySegment(out, 4L * (e + j), LE);
            s1.blend(s1.neg(), EVEN).intoMemorySegment(out, 4L * (e + j + N), LE);
        }
        for (; j < e; j += 2) {
            float c = Lanes.get(from, co + 2L * j);
            float s = Lanes.get(from2, so + 2L * j);
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
     * @param scales room for a number for each head, and a vector
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
            long step,
            float[] scales) {
        for (int head = 0; head < h; head++) {
            scales[head] = squares(x, xo + 4L * head * e, e);
        }
        // Roots and quotients take long, so those of several heads are taken at once.
        for (int head = 0; head < h; head += N) {
            FloatVector square = FloatVector.fromArray(F, scales, head).div(e).add(eps);
            FloatVector.broadcast(F, 1).div(square.sqrt()).intoArray(scales, head);
        }
        int end = F.loopBound(e);
        int j4 = 0;
        for (; j4 + 4 * N <= end; j4 += 4 * N) {
            long at = 4L * j4;
            turnFour(x, xo + at, 4L * e, scales, w, wo + at, table, at, y, yo + at, step, h);
        }
        for (int j = j4; j < end; j += N) {
            turn(x, xo + 4L * j, 4L * e, scales, w, wo + 4L * j, table, 4L * j, y, yo + 4L * j, step, h);
        }
        for (int head = 0; head < h && end < e; head++) {
            for (int j = end; j < e; j++) {
                int k = j ^ 1;
                long at = xo + 4L * head * e;
                float v = Lanes.get(x, at + 4L * j) * Lanes.get(w, wo + 4L * j) * Lanes.get(table, 4L * j);
                float t = Lanes.get(x, at + 4L * k) * Lanes.get(w, wo + 4L * k) * Lanes.get(table, 4L * (e + j));
                Lanes.set(y, yo + head * step + 4L * j, (v + t) * scales[head]);
            }
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

    /** A vector of columns of all heads; s stands {@code width} bytes, as many as a head has, behind c in the table. */
    private static void turn(
            MemorySegment x,
            long xo,
            long width,
            float[] scales,
            MemorySegment w,
            long wo,
            MemorySegment table,
            long to,
            MemorySegment y,
            long yo,
            long step,
            int h) {
        MemorySegment out = offHeap(y);
        FloatVector weight = FloatVector.fromMemorySegment(F, w, wo, LE);
        FloatVector c = FloatVector.fromMemorySegment(F, table, to, LE).mul(weight);
        FloatVector s = FloatVector.fromMemorySegment(F, table, to + width, LE).mul(weight.rearrange(SWAP));
        for (int head = 0; head < h; head++) {
            FloatVector v = FloatVector.fromMemorySegment(F, x, xo + head * width, LE);
            v.fma(c, v.rearrange(SWAP).mul(s)).mul(scales[head]).intoMemorySegment(out, yo + head * step, LE);
        }
    }

    /** As {@link #turn}, four vectors: a loop of few heads is mostly start and end, so it is entered a quarter as often. */
    private static void turnFour(
            MemorySegment x,
            long xo,
            long width,
            float[] scales,
            MemorySegment w,
            long wo,
            MemorySegment table,
            long to,
            MemorySegment y,
            long yo,
            long step,
            int h) {
        MemorySegment out = offHeap(y);
        FloatVector w0 = FloatVector.fromMemorySegment(F, w, wo, LE);
        FloatVector w1 = FloatVector.fromMemorySegment(F, w, wo + 4L * N, LE);
        FloatVector w2 = FloatVector.fromMemorySegment(F, w, wo + 8L * N, LE);
        FloatVector w3 = FloatVector.fromMemorySegment(F, w, wo + 12L * N, LE);
        FloatVector c0 = FloatVector.fromMemorySegment(F, table, to, LE).mul(w0);
        FloatVector c1 =
                FloatVector.fromMemorySegment(F, table, to + 4L * N, LE).mul(w1);
        FloatVector c2 =
                FloatVector.fromMemorySegment(F, table, to + 8L * N, LE).mul(w2);
        FloatVector c3 =
                FloatVector.fromMemorySegment(F, table, to + 12L * N, LE).mul(w3);
        long so = to + width;
        FloatVector s0 = FloatVector.fromMemorySegment(F, table, so, LE).mul(w0.rearrange(SWAP));
        FloatVector s1 =
                FloatVector.fromMemorySegment(F, table, so + 4L * N, LE).mul(w1.rearrange(SWAP));
        FloatVector s2 =
                FloatVector.fromMemorySegment(F, table, so + 8L * N, LE).mul(w2.rearrange(SWAP));
        FloatVector s3 =
                FloatVector.fromMemorySegment(F, table, so + 12L * N, LE).mul(w3.rearrange(SWAP));
        for (int head = 0; head < h; head++) {
            long from = xo + head * width;
            long at = yo + head * step;
            FloatVector scale = FloatVector.broadcast(F, scales[head]);
            FloatVector v = FloatVector.fromMemorySegment(F, x, from, LE);
            v.fma(c0, v.rearrange(SWAP).mul(s0)).mul(scale).intoMemorySegment(out, at, LE);
            v = FloatVector.fromMemorySegment(F, x, from + 4L * N, LE);
            v.fma(c1, v.rearrange(SWAP).mul(s1)).mul(scale).intoMemorySegment(out, at + 4L * N, LE);
            v = FloatVector.fromMemorySegment(F, x, from + 8L * N, LE);
            v.fma(c2, v.rearrange(SWAP).mul(s2)).mul(scale).intoMemorySegment(out, at + 8L * N, LE);
            v = FloatVector.fromMemorySegment(F, x, from + 12L * N, LE);
            v.fma(c3, v.rearrange(SWAP).mul(s3)).mul(scale).intoMemorySegment(out, at + 12L * N, LE);
        }
    }

    /**
     * The gradients of {@link #forward}: that of x from the gradient {@code g} of y; that of w is added to {@code sum}.
     *
     * @param go byte of the first head of g; the next one follows after {@code step} bytes
     * @param gx where the gradient of x goes, laid out as x
     * @param scales room for two numbers for each head, and two vectors
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
            float[] scales) {
        int room = h + N;
        int end = e / (2 * N) * (2 * N);
        Arrays.fill(scales, 0, 2 * room, 0);
        for (int j = 0; j < end; j += 2 * N) {
            long at = 4L * j;
            measure(g, go + at, step, x, xo + at, 4L * e, scales, w, wo + at, table, at, h);
        }
        for (int head = 0; head < h && end < e; head++) {
            for (int j = end; j < e; j++) {
                float u = back(g, go + head * step, table, e, j);
                float v = Lanes.get(x, xo + 4L * (head * e + j));
                scales[head] += v * v;
                scales[room + head] += u * Lanes.get(w, wo + 4L * j) * v;
            }
        }
        for (int head = 0; head < h; head += N) {
            FloatVector square = FloatVector.fromArray(F, scales, head).div(e).add(eps);
            FloatVector rstd = FloatVector.broadcast(F, 1).div(square.sqrt());
            rstd.intoArray(scales, head);
            FloatVector.fromArray(F, scales, room + head)
                    .mul(rstd)
                    .div(square.mul(-e))
                    .intoArray(scales, room + head);
        }
        for (int j = 0; j < end; j += 2 * N) {
            long at = 4L * j;
            back(g, go + at, step, x, xo + at, 4L * e, scales, w, wo + at, table, at, gx, to + at, sum, so + at, h);
        }
        for (int head = 0; head < h && end < e; head++) {
            long at = 4L * head * e;
            for (int j = end; j < e; j++) {
                float u = back(g, go + head * step, table, e, j);
                float v = Lanes.get(x, xo + at + 4L * j);
                float back = u * Lanes.get(w, wo + 4L * j) * scales[head];
                Lanes.set(gx, to + at + 4L * j, Math.fma(v, scales[room + head], back));
                Lanes.set(sum, so + 4L * j, Math.fma(u * scales[head], v, Lanes.get(sum, so + 4L * j)));
            }
        }
    }

    /** Element {@code j} of a head's g, turned back. */
    private static float back(MemorySegment g, long go, MemorySegment table, int e, int j) {
        float t = Lanes.get(g, go + 4L * (j ^ 1)) * Lanes.get(table, 4L * (e + j));
        return Lanes.get(g, go + 4L * j) * Lanes.get(table, 4L * j) - t;
    }

    /** Adds to the scales the sums of {@code x^2} and of {@code turn back(g) w x} over two vectors of columns of all heads. */
    private static void measure(
            MemorySegment g,
            long go,
            long step,
            MemorySegment x,
            long xo,
            long width,
            float[] scales,
            MemorySegment w,
            long wo,
            MemorySegment table,
            long at,
            int h) {
        long next = 4L * N;
        FloatVector w0 = FloatVector.fromMemorySegment(F, w, wo, LE);
        FloatVector w1 = FloatVector.fromMemorySegment(F, w, wo + next, LE);
        FloatVector c0 = FloatVector.fromMemorySegment(F, table, at, LE).mul(w0);
        FloatVector c1 = FloatVector.fromMemorySegment(F, table, at + next, LE).mul(w1);
        FloatVector s0 = FloatVector.fromMemorySegment(F, table, at + width, LE).mul(w0);
        FloatVector s1 =
                FloatVector.fromMemorySegment(F, table, at + width + next, LE).mul(w1);
        for (int head = 0; head < h; head++) {
            long from = go + head * step;
            long row = xo + head * width;
            FloatVector a = FloatVector.fromMemorySegment(F, x, row, LE);
            FloatVector b = FloatVector.fromMemorySegment(F, x, row + next, LE);
            scales[head] += Lanes.sum(a.fma(a, b.mul(b)));
            FloatVector v = FloatVector.fromMemorySegment(F, g, from, LE);
            FloatVector product = v.mul(c0).sub(v.rearrange(SWAP).mul(s0)).mul(a);
            v = FloatVector.fromMemorySegment(F, g, from + next, LE);
            product = v.mul(c1).sub(v.rearrange(SWAP).mul(s1)).fma(b, product);
            scales[h + N + head] += Lanes.sum(product);
        }
    }

    /** Two vectors of columns: {@code u = turn back(g)}, {@code gx = u w scale + x scale'}, {@code u x scale} added to a sum. */
    private static void back(
            MemorySegment g,
            long go,
            long step,
            MemorySegment x,
            long xo,
            long width,
            float[] scales,
            MemorySegment w,
            long wo,
            MemorySegment table,
            long at,
            MemorySegment gx,
            long to,
            MemorySegment sum,
            long so,
            int h) {
        MemorySegment out = offHeap(gx);
        long next = 4L * N;
        FloatVector w0 = FloatVector.fromMemorySegment(F, w, wo, LE);
        FloatVector w1 = FloatVector.fromMemorySegment(F, w, wo + next, LE);
        FloatVector c0 = FloatVector.fromMemorySegment(F, table, at, LE);
        FloatVector c1 = FloatVector.fromMemorySegment(F, table, at + next, LE);
        FloatVector s0 = FloatVector.fromMemorySegment(F, table, at + width, LE);
        FloatVector s1 = FloatVector.fromMemorySegment(F, table, at + width + next, LE);
        FloatVector sum0 = FloatVector.fromMemorySegment(F, sum, so, LE);
        FloatVector sum1 = FloatVector.fromMemorySegment(F, sum, so + next, LE);
        for (int head = 0; head < h; head++) {
            long from = go + head * step;
            long row = head * width;
            FloatVector scale = FloatVector.broadcast(F, scales[head]);
            FloatVector scale2 = FloatVector.broadcast(F, scales[h + N + head]);
            FloatVector v = FloatVector.fromMemorySegment(F, g, from, LE);
            FloatVector u = v.mul(c0).sub(v.rearrange(SWAP).mul(s0)).mul(scale);
            FloatVector y = FloatVector.fromMemorySegment(F, x, xo + row, LE);
            sum0 = u.fma(y, sum0);
            u.fma(w0, y.mul(scale2)).intoMemorySegment(out, to + row, LE);
            v = FloatVector.fromMemorySegment(F, g, from + next, LE);
            u = v.mul(c1).sub(v.rearrange(SWAP).mul(s1)).mul(scale);
            y = FloatVector.fromMemorySegment(F, x, xo + row + next, LE);
            sum1 = u.fma(y, sum1);
            u.fma(w1, y.mul(scale2)).intoMemorySegment(out, to + row + next, LE);
        }
        sum0.intoMemorySegment(offHeap(sum), so, LE);
        sum1.intoMemorySegment(offHeap(sum), so + next, LE);
    }
}
