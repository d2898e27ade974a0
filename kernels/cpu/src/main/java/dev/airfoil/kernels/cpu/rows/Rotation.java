package dev.airfoil.kernels.cpu.rows;

import static dev.airfoil.kernels.cpu.vector.Lanes.F;
import static dev.airfoil.kernels.cpu.vector.Lanes.LE;
import static dev.airfoil.kernels.cpu.vector.Lanes.N;
import static dev.airfoil.kernels.cpu.vector.Lanes.offHeap;

import dev.airfoil.kernels.cpu.Floats;
import dev.airfoil.kernels.cpu.Scratch;
import dev.airfoil.kernels.cpu.vector.Lanes;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;

/**
 * Turning pairs of neighbours: with each pair's elements exchanged, {@code y = x c + swapped(x) s}, where c and s hold cos
 * and -sin, +sin for each element rather than each pair. Back is the same with -s. Heads are short, so the loops that
 * write go down the same four vectors of columns of all heads of a token, and what depends on the column stays in registers.
 * A head of just four vectors stays there from its measuring to its end: then little waits for memory. Heads that are no
 * whole number of four vectors are first copied to wider places, with zeros behind them. Each loop takes
 * a slice for each head, so that bounds are checked once for its four vectors. The loops are long: in such ones the
 * compiler inlines nothing but the vectors' own methods.
 */
final class Rotation {
    private static final VectorShuffle<Float> SWAP = VectorShuffle.fromOp(F, i -> i ^ 1);
    private static final VectorMask<Float> EVEN = VectorMask.fromLong(F, 0x5555);

    private Rotation() {}

    /** The room that a head of {@code e} numbers wants: whole turns of four vectors. */
    static int room(int e) {
        return (e + 4 * N - 1) / (4 * N) * (4 * N);
    }

    /** {@code n} zeros in a slot of {@code scratch}. */
    static MemorySegment zeros(Scratch scratch, int slot, long n) {
        return scratch.segment(slot, n).asSlice(0, 4 * n).fill((byte) 0);
    }

    /**
     * Where the heads of a token are: the first at byte {@code at}, each of the others {@code step} bytes behind the
     * last.
     */
    record Place(MemorySegment data, long at, long step) {
        /** Copies {@code h} heads of {@code e} numbers there. */
        void copy(Place to, int h, int e) {
            int end = e / (4 * N) * (4 * N);
            for (int j = 0; j < end; j += 4 * N) {
                copyFour(data, at + 4L * j, step, to.data, to.at + 4L * j, to.step, h);
            }
            for (int head = 0; head < h && end < e; head++) {
                long rest = 4L * end;
                MemorySegment.copy(
                        data, at + head * step + rest, to.data, to.at + head * to.step + rest, 4L * e - rest);
            }
        }
    }

    /** Copies four vectors of each head: a call of the JDK for each would take longer than that. */
    private static void copyFour(MemorySegment x, long from, long stride, MemorySegment y, long to, long step, int h) {
        MemorySegment in = offHeap(x);
        MemorySegment out = offHeap(y);
        for (int head = 0; head < h; head++) {
            MemorySegment source = in.asSlice(from + head * stride, 16L * N);
            MemorySegment target = out.asSlice(to + head * step, 16L * N);
            FloatVector.fromMemorySegment(F, source, 0, LE).intoMemorySegment(target, 0, LE);
            FloatVector.fromMemorySegment(F, source, 4L * N, LE).intoMemorySegment(target, 4L * N, LE);
            FloatVector.fromMemorySegment(F, source, 8L * N, LE).intoMemorySegment(target, 8L * N, LE);
            FloatVector.fromMemorySegment(F, source, 12L * N, LE).intoMemorySegment(target, 12L * N, LE);
        }
    }

    /** Spreads row {@code row} of {@code cos, sin [n e/2]} to c and s, the two halves of {@code table}. */
    static void spread(Floats cos, Floats sin, int row, int e, MemorySegment table) {
        int room = room(e);
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
            s0.blend(s0.neg(), EVEN).intoMemorySegment(out, 4L * (room + j), LE);
            s1.blend(s1.neg(), EVEN).intoMemorySegment(out, 4L * (room + j + N), LE);
        }
        for (; j < e; j += 2) {
            float c = Lanes.get(from, co + 2L * j);
            float s = Lanes.get(from2, so + 2L * j);
            Lanes.set(table, 4L * j, c);
            Lanes.set(table, 4L * j + 4, c);
            Lanes.set(table, 4L * (room + j), -s);
            Lanes.set(table, 4L * (room + j) + 4, s);
        }
    }

    /**
     * {@code y = turn(x rstd w)} for the {@code h} heads of a token, of {@code e} numbers in {@link #room(int) room}
     * for them.
     *
     * @param table c and s of the token, with zeros behind each
     * @param w with zeros behind it
     * @param x where heads follow each other without a gap
     * @param scales room for a vector for each head
     */
    static void forward(
            MemorySegment table, Place x, int h, int e, float eps, MemorySegment w, long wo, Place y, float[] scales) {
        int end = room(e);
        if (end == 4 * N) {
            whole(x.data, x.at, x.step, w, wo, table, y.data, y.at, y.step, 1f / e, eps, h);
            return;
        }
        measure(x.data, x.at, end, 1f / e, eps, scales, h);
        for (int j = 0; j < end; j += 4 * N) {
            long at = 4L * j;
            turn(x.data, x.at + at, x.step, scales, w, wo + at, table, at, y.data, y.at + at, y.step, h);
        }
    }

    /** To each head's vector of scales, in all lanes: {@code 1 / sqrt(mean(x^2) + eps)}. */
    private static void measure(MemorySegment x, long xo, int room, float part, float eps, float[] scales, int h) {
        MemorySegment in = offHeap(x);
        for (int head = 0; head < h; head++) {
            FloatVector sum = FloatVector.zero(F);
            for (int j = 0; j < room; j += 4 * N) {
                MemorySegment row = in.asSlice(xo + 4L * ((long) head * room + j), 16L * N);
                FloatVector a = FloatVector.fromMemorySegment(F, row, 0, LE);
                FloatVector b = FloatVector.fromMemorySegment(F, row, 4L * N, LE);
                FloatVector c = FloatVector.fromMemorySegment(F, row, 8L * N, LE);
                FloatVector d = FloatVector.fromMemorySegment(F, row, 12L * N, LE);
                sum = a.fma(a, b.mul(b)).add(c.fma(c, d.fma(d, sum)));
            }
            FloatVector square = Lanes.sums(sum).mul(part).add(eps);
            FloatVector.broadcast(F, 1).div(square.sqrt()).intoArray(scales, head * N);
        }
    }

    /** Four vectors of each head; s stands {@code width} bytes, as many as a head has, behind c in the table. */
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
        MemorySegment in = offHeap(x);
        MemorySegment out = offHeap(y);
        MemorySegment ws = offHeap(w).asSlice(wo, 16L * N);
        MemorySegment cs = offHeap(table).asSlice(to, 16L * N);
        MemorySegment ss = offHeap(table).asSlice(to + width, 16L * N);
        FloatVector w0 = FloatVector.fromMemorySegment(F, ws, 0, LE);
        FloatVector w1 = FloatVector.fromMemorySegment(F, ws, 4L * N, LE);
        FloatVector w2 = FloatVector.fromMemorySegment(F, ws, 8L * N, LE);
        FloatVector w3 = FloatVector.fromMemorySegment(F, ws, 12L * N, LE);
        FloatVector c0 = FloatVector.fromMemorySegment(F, cs, 0, LE).mul(w0);
        FloatVector c1 = FloatVector.fromMemorySegment(F, cs, 4L * N, LE).mul(w1);
        FloatVector c2 = FloatVector.fromMemorySegment(F, cs, 8L * N, LE).mul(w2);
        FloatVector c3 = FloatVector.fromMemorySegment(F, cs, 12L * N, LE).mul(w3);
        FloatVector s0 = FloatVector.fromMemorySegment(F, ss, 0, LE).mul(w0.rearrange(SWAP));
        FloatVector s1 = FloatVector.fromMemorySegment(F, ss, 4L * N, LE).mul(w1.rearrange(SWAP));
        FloatVector s2 = FloatVector.fromMemorySegment(F, ss, 8L * N, LE).mul(w2.rearrange(SWAP));
        FloatVector s3 = FloatVector.fromMemorySegment(F, ss, 12L * N, LE).mul(w3.rearrange(SWAP));
        for (int head = 0; head < h; head++) {
            MemorySegment from = in.asSlice(xo + head * width, 16L * N);
            MemorySegment at = out.asSlice(yo + head * step, 16L * N);
            FloatVector scale = FloatVector.fromArray(F, scales, head * N);
            FloatVector v = FloatVector.fromMemorySegment(F, from, 0, LE);
            v.fma(c0, v.rearrange(SWAP).mul(s0)).mul(scale).intoMemorySegment(at, 0, LE);
            v = FloatVector.fromMemorySegment(F, from, 4L * N, LE);
            v.fma(c1, v.rearrange(SWAP).mul(s1)).mul(scale).intoMemorySegment(at, 4L * N, LE);
            v = FloatVector.fromMemorySegment(F, from, 8L * N, LE);
            v.fma(c2, v.rearrange(SWAP).mul(s2)).mul(scale).intoMemorySegment(at, 8L * N, LE);
            v = FloatVector.fromMemorySegment(F, from, 12L * N, LE);
            v.fma(c3, v.rearrange(SWAP).mul(s3)).mul(scale).intoMemorySegment(at, 12L * N, LE);
        }
    }

    /** {@link #forward} for heads of four vectors: measured and turned at once. */
    private static void whole(
            MemorySegment x,
            long xo,
            long width,
            MemorySegment w,
            long wo,
            MemorySegment table,
            MemorySegment y,
            long yo,
            long step,
            float part,
            float eps,
            int h) {
        MemorySegment in = offHeap(x);
        MemorySegment out = offHeap(y);
        MemorySegment ws = offHeap(w).asSlice(wo, 16L * N);
        MemorySegment cs = offHeap(table).asSlice(0, 16L * N);
        MemorySegment ss = offHeap(table).asSlice(width, 16L * N);
        FloatVector w0 = FloatVector.fromMemorySegment(F, ws, 0, LE);
        FloatVector w1 = FloatVector.fromMemorySegment(F, ws, 4L * N, LE);
        FloatVector w2 = FloatVector.fromMemorySegment(F, ws, 8L * N, LE);
        FloatVector w3 = FloatVector.fromMemorySegment(F, ws, 12L * N, LE);
        FloatVector c0 = FloatVector.fromMemorySegment(F, cs, 0, LE).mul(w0);
        FloatVector c1 = FloatVector.fromMemorySegment(F, cs, 4L * N, LE).mul(w1);
        FloatVector c2 = FloatVector.fromMemorySegment(F, cs, 8L * N, LE).mul(w2);
        FloatVector c3 = FloatVector.fromMemorySegment(F, cs, 12L * N, LE).mul(w3);
        FloatVector s0 = FloatVector.fromMemorySegment(F, ss, 0, LE).mul(w0.rearrange(SWAP));
        FloatVector s1 = FloatVector.fromMemorySegment(F, ss, 4L * N, LE).mul(w1.rearrange(SWAP));
        FloatVector s2 = FloatVector.fromMemorySegment(F, ss, 8L * N, LE).mul(w2.rearrange(SWAP));
        FloatVector s3 = FloatVector.fromMemorySegment(F, ss, 12L * N, LE).mul(w3.rearrange(SWAP));
        for (int head = 0; head < h; head++) {
            MemorySegment from = in.asSlice(xo + head * width, 16L * N);
            MemorySegment at = out.asSlice(yo + head * step, 16L * N);
            FloatVector v0 = FloatVector.fromMemorySegment(F, from, 0, LE);
            FloatVector v1 = FloatVector.fromMemorySegment(F, from, 4L * N, LE);
            FloatVector v2 = FloatVector.fromMemorySegment(F, from, 8L * N, LE);
            FloatVector v3 = FloatVector.fromMemorySegment(F, from, 12L * N, LE);
            FloatVector sum = v0.fma(v0, v1.mul(v1)).add(v2.fma(v2, v3.mul(v3)));
            FloatVector square = Lanes.sums(sum).mul(part).add(eps);
            FloatVector scale = FloatVector.broadcast(F, 1).div(square.sqrt());
            v0.fma(c0, v0.rearrange(SWAP).mul(s0)).mul(scale).intoMemorySegment(at, 0, LE);
            v1.fma(c1, v1.rearrange(SWAP).mul(s1)).mul(scale).intoMemorySegment(at, 4L * N, LE);
            v2.fma(c2, v2.rearrange(SWAP).mul(s2)).mul(scale).intoMemorySegment(at, 8L * N, LE);
            v3.fma(c3, v3.rearrange(SWAP).mul(s3)).mul(scale).intoMemorySegment(at, 12L * N, LE);
        }
    }

    /**
     * The gradients of {@link #forward}: that of x from the gradient {@code g} of y; that of w is added to {@code sum}.
     *
     * @param x where heads follow each other without a gap
     * @param gx where the gradient of x goes, the same
     * @param sums room for two vectors for each head
     */
    static void backward(
            MemorySegment table,
            Place g,
            Place x,
            int h,
            int e,
            float eps,
            MemorySegment w,
            long wo,
            Place gx,
            MemorySegment sum,
            long so,
            float[] sums) {
        int end = room(e);
        Arrays.fill(sums, 0, 2 * h * N, 0);
        for (int j = 0; j < end; j += 4 * N) {
            long at = 4L * j;
            turnBack(
                    g.data,
                    g.at + at,
                    g.step,
                    table,
                    at,
                    x.data,
                    x.at + at,
                    x.step,
                    w,
                    wo + at,
                    gx.data,
                    gx.at + at,
                    sums,
                    h);
        }
        measureBack(1f / e, eps, sums, h);
        for (int j = 0; j < end; j += 4 * N) {
            long at = 4L * j;
            finish(x.data, x.at + at, x.step, sums, w, wo + at, gx.data, gx.at + at, sum, so + at, h);
        }
    }

    /** Makes of each head's sums of {@code x^2} and {@code u w x} what u w and x are multiplied with, in all lanes. */
    private static void measureBack(float part, float eps, float[] sums, int h) {
        for (int head = 0; head < h; head++) {
            FloatVector square = Lanes.sums(FloatVector.fromArray(F, sums, head * N))
                    .mul(part)
                    .add(eps);
            FloatVector product = Lanes.sums(FloatVector.fromArray(F, sums, (h + head) * N));
            FloatVector rstd = FloatVector.broadcast(F, 1).div(square.sqrt());
            rstd.intoArray(sums, head * N);
            product.mul(-part).mul(rstd).mul(rstd).mul(rstd).intoArray(sums, (h + head) * N);
        }
    }

    /** Four vectors of each head: writes {@code u = turn back(g)}, adds {@code x^2} and {@code u w x} to the sums. */
    private static void turnBack(
            MemorySegment g,
            long go,
            long step,
            MemorySegment table,
            long at,
            MemorySegment x,
            long xo,
            long width,
            MemorySegment w,
            long wo,
            MemorySegment u,
            long to,
            float[] sums,
            int h) {
        MemorySegment in = offHeap(x);
        MemorySegment grad = offHeap(g);
        MemorySegment out = offHeap(u);
        MemorySegment ws = offHeap(w).asSlice(wo, 16L * N);
        MemorySegment cs = offHeap(table).asSlice(at, 16L * N);
        MemorySegment ss = offHeap(table).asSlice(at + width, 16L * N);
        FloatVector w0 = FloatVector.fromMemorySegment(F, ws, 0, LE);
        FloatVector w1 = FloatVector.fromMemorySegment(F, ws, 4L * N, LE);
        FloatVector w2 = FloatVector.fromMemorySegment(F, ws, 8L * N, LE);
        FloatVector w3 = FloatVector.fromMemorySegment(F, ws, 12L * N, LE);
        FloatVector c0 = FloatVector.fromMemorySegment(F, cs, 0, LE);
        FloatVector c1 = FloatVector.fromMemorySegment(F, cs, 4L * N, LE);
        FloatVector c2 = FloatVector.fromMemorySegment(F, cs, 8L * N, LE);
        FloatVector c3 = FloatVector.fromMemorySegment(F, cs, 12L * N, LE);
        FloatVector s0 = FloatVector.fromMemorySegment(F, ss, 0, LE).neg();
        FloatVector s1 = FloatVector.fromMemorySegment(F, ss, 4L * N, LE).neg();
        FloatVector s2 = FloatVector.fromMemorySegment(F, ss, 8L * N, LE).neg();
        FloatVector s3 = FloatVector.fromMemorySegment(F, ss, 12L * N, LE).neg();
        for (int head = 0; head < h; head++) {
            MemorySegment row = in.asSlice(xo + head * width, 16L * N);
            MemorySegment from = grad.asSlice(go + head * step, 16L * N);
            MemorySegment back = out.asSlice(to + head * width, 16L * N);
            FloatVector square = FloatVector.fromArray(F, sums, head * N);
            FloatVector product = FloatVector.fromArray(F, sums, (h + head) * N);
            FloatVector v = FloatVector.fromMemorySegment(F, row, 0, LE);
            FloatVector t = FloatVector.fromMemorySegment(F, from, 0, LE);
            t = t.fma(c0, t.rearrange(SWAP).mul(s0));
            t.intoMemorySegment(back, 0, LE);
            square = v.fma(v, square);
            product = t.mul(w0).fma(v, product);
            v = FloatVector.fromMemorySegment(F, row, 4L * N, LE);
            t = FloatVector.fromMemorySegment(F, from, 4L * N, LE);
            t = t.fma(c1, t.rearrange(SWAP).mul(s1));
            t.intoMemorySegment(back, 4L * N, LE);
            square = v.fma(v, square);
            product = t.mul(w1).fma(v, product);
            v = FloatVector.fromMemorySegment(F, row, 8L * N, LE);
            t = FloatVector.fromMemorySegment(F, from, 8L * N, LE);
            t = t.fma(c2, t.rearrange(SWAP).mul(s2));
            t.intoMemorySegment(back, 8L * N, LE);
            square = v.fma(v, square);
            product = t.mul(w2).fma(v, product);
            v = FloatVector.fromMemorySegment(F, row, 12L * N, LE);
            t = FloatVector.fromMemorySegment(F, from, 12L * N, LE);
            t = t.fma(c3, t.rearrange(SWAP).mul(s3));
            t.intoMemorySegment(back, 12L * N, LE);
            square = v.fma(v, square);
            product = t.mul(w3).fma(v, product);
            square.intoArray(sums, head * N);
            product.intoArray(sums, (h + head) * N);
        }
    }

    /** Four vectors of each head: {@code gx = u w scale + x scale'} where u stands, {@code u x scale} added to a sum. */
    private static void finish(
            MemorySegment x,
            long xo,
            long width,
            float[] scales,
            MemorySegment w,
            long wo,
            MemorySegment gx,
            long to,
            MemorySegment sum,
            long so,
            int h) {
        MemorySegment in = offHeap(x);
        MemorySegment out = offHeap(gx);
        MemorySegment ws = offHeap(w).asSlice(wo, 16L * N);
        MemorySegment added = offHeap(sum).asSlice(so, 16L * N);
        FloatVector w0 = FloatVector.fromMemorySegment(F, ws, 0, LE);
        FloatVector w1 = FloatVector.fromMemorySegment(F, ws, 4L * N, LE);
        FloatVector w2 = FloatVector.fromMemorySegment(F, ws, 8L * N, LE);
        FloatVector w3 = FloatVector.fromMemorySegment(F, ws, 12L * N, LE);
        FloatVector sum0 = FloatVector.fromMemorySegment(F, added, 0, LE);
        FloatVector sum1 = FloatVector.fromMemorySegment(F, added, 4L * N, LE);
        FloatVector sum2 = FloatVector.fromMemorySegment(F, added, 8L * N, LE);
        FloatVector sum3 = FloatVector.fromMemorySegment(F, added, 12L * N, LE);
        for (int head = 0; head < h; head++) {
            MemorySegment row = in.asSlice(xo + head * width, 16L * N);
            MemorySegment at = out.asSlice(to + head * width, 16L * N);
            FloatVector scale = FloatVector.fromArray(F, scales, head * N);
            FloatVector scale2 = FloatVector.fromArray(F, scales, (h + head) * N);
            FloatVector u = FloatVector.fromMemorySegment(F, at, 0, LE).mul(scale);
            FloatVector v = FloatVector.fromMemorySegment(F, row, 0, LE);
            sum0 = u.fma(v, sum0);
            u.fma(w0, v.mul(scale2)).intoMemorySegment(at, 0, LE);
            u = FloatVector.fromMemorySegment(F, at, 4L * N, LE).mul(scale);
            v = FloatVector.fromMemorySegment(F, row, 4L * N, LE);
            sum1 = u.fma(v, sum1);
            u.fma(w1, v.mul(scale2)).intoMemorySegment(at, 4L * N, LE);
            u = FloatVector.fromMemorySegment(F, at, 8L * N, LE).mul(scale);
            v = FloatVector.fromMemorySegment(F, row, 8L * N, LE);
            sum2 = u.fma(v, sum2);
            u.fma(w2, v.mul(scale2)).intoMemorySegment(at, 8L * N, LE);
            u = FloatVector.fromMemorySegment(F, at, 12L * N, LE).mul(scale);
            v = FloatVector.fromMemorySegment(F, row, 12L * N, LE);
            sum3 = u.fma(v, sum3);
            u.fma(w3, v.mul(scale2)).intoMemorySegment(at, 12L * N, LE);
        }
        sum0.intoMemorySegment(added, 0, LE);
        sum1.intoMemorySegment(added, 4L * N, LE);
        sum2.intoMemorySegment(added, 8L * N, LE);
        sum3.intoMemorySegment(added, 12L * N, LE);
    }
}
