package dev.airfoil.kernels.cpu.gemm;

import static dev.airfoil.kernels.cpu.gemm.Stored.WORDS;
import static dev.airfoil.kernels.cpu.vector.Lanes.F;
import static dev.airfoil.kernels.cpu.vector.Lanes.LE;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * Register tiles of four rows and one vector of columns, {@code C += A B}, that read B in words: widening it takes
 * registers alone, so memory gives only what is stored. Two sums an element hide the latency of an addition. (Eight rows
 * with one sum each are too much for the compiler: it stops to inline, and is ten times slower.)
 *
 * <p>Element (i, p) of A is {@code a[ao + p * ROWS + i]}; the words of B are {@code step} bytes apart, {@code words} of
 * them; element (i, j) of C stands at byte {@code co + i * step + 4 j}.
 */
final class NarrowTile {
    static final int ROWS = 4;

    private NarrowTile() {}

    static void bf16(int words, float[] a, int ao, MemorySegment b, long bo, long step, MemorySegment c, long co) {
        FloatVector c0 = FloatVector.fromMemorySegment(F, c, co, LE);
        FloatVector c1 = FloatVector.fromMemorySegment(F, c, co + step, LE);
        FloatVector c2 = FloatVector.fromMemorySegment(F, c, co + 2 * step, LE);
        FloatVector c3 = FloatVector.fromMemorySegment(F, c, co + 3 * step, LE);
        FloatVector d0 = FloatVector.zero(F);
        FloatVector d1 = FloatVector.zero(F);
        FloatVector d2 = FloatVector.zero(F);
        FloatVector d3 = FloatVector.zero(F);
        int ap = ao;
        long bp = bo;
        int end = ao + words * 8;
        while (ap != end) {
            IntVector word = IntVector.fromMemorySegment(WORDS, b, bp, LE);
            FloatVector b0 = Stored.bf16(word, 0);
            c0 = b0.fma(FloatVector.broadcast(F, a[ap]), c0);
            c1 = b0.fma(FloatVector.broadcast(F, a[ap + 1]), c1);
            c2 = b0.fma(FloatVector.broadcast(F, a[ap + 2]), c2);
            c3 = b0.fma(FloatVector.broadcast(F, a[ap + 3]), c3);
            FloatVector b1 = Stored.bf16(word, 1);
            d0 = b1.fma(FloatVector.broadcast(F, a[ap + 4]), d0);
            d1 = b1.fma(FloatVector.broadcast(F, a[ap + 5]), d1);
            d2 = b1.fma(FloatVector.broadcast(F, a[ap + 6]), d2);
            d3 = b1.fma(FloatVector.broadcast(F, a[ap + 7]), d3);
            ap += 8;
            bp += step;
        }
        c0.add(d0).intoMemorySegment(c, co, LE);
        c1.add(d1).intoMemorySegment(c, co + step, LE);
        c2.add(d2).intoMemorySegment(c, co + 2 * step, LE);
        c3.add(d3).intoMemorySegment(c, co + 3 * step, LE);
    }

    static void i8(int words, float[] a, int ao, MemorySegment b, long bo, long step, MemorySegment c, long co) {
        FloatVector c0 = FloatVector.fromMemorySegment(F, c, co, LE);
        FloatVector c1 = FloatVector.fromMemorySegment(F, c, co + step, LE);
        FloatVector c2 = FloatVector.fromMemorySegment(F, c, co + 2 * step, LE);
        FloatVector c3 = FloatVector.fromMemorySegment(F, c, co + 3 * step, LE);
        FloatVector d0 = FloatVector.zero(F);
        FloatVector d1 = FloatVector.zero(F);
        FloatVector d2 = FloatVector.zero(F);
        FloatVector d3 = FloatVector.zero(F);
        int ap = ao;
        long bp = bo;
        int end = ao + words * 16;
        while (ap != end) {
            IntVector word = IntVector.fromMemorySegment(WORDS, b, bp, LE);
            FloatVector b0 = Stored.i8(word, 0);
            c0 = b0.fma(FloatVector.broadcast(F, a[ap]), c0);
            c1 = b0.fma(FloatVector.broadcast(F, a[ap + 1]), c1);
            c2 = b0.fma(FloatVector.broadcast(F, a[ap + 2]), c2);
            c3 = b0.fma(FloatVector.broadcast(F, a[ap + 3]), c3);
            FloatVector b1 = Stored.i8(word, 1);
            d0 = b1.fma(FloatVector.broadcast(F, a[ap + 4]), d0);
            d1 = b1.fma(FloatVector.broadcast(F, a[ap + 5]), d1);
            d2 = b1.fma(FloatVector.broadcast(F, a[ap + 6]), d2);
            d3 = b1.fma(FloatVector.broadcast(F, a[ap + 7]), d3);
            FloatVector b2 = Stored.i8(word, 2);
            c0 = b2.fma(FloatVector.broadcast(F, a[ap + 8]), c0);
            c1 = b2.fma(FloatVector.broadcast(F, a[ap + 9]), c1);
            c2 = b2.fma(FloatVector.broadcast(F, a[ap + 10]), c2);
            c3 = b2.fma(FloatVector.broadcast(F, a[ap + 11]), c3);
            FloatVector b3 = Stored.i8(word, 3);
            d0 = b3.fma(FloatVector.broadcast(F, a[ap + 12]), d0);
            d1 = b3.fma(FloatVector.broadcast(F, a[ap + 13]), d1);
            d2 = b3.fma(FloatVector.broadcast(F, a[ap + 14]), d2);
            d3 = b3.fma(FloatVector.broadcast(F, a[ap + 15]), d3);
            ap += 16;
            bp += step;
        }
        c0.add(d0).intoMemorySegment(c, co, LE);
        c1.add(d1).intoMemorySegment(c, co + step, LE);
        c2.add(d2).intoMemorySegment(c, co + 2 * step, LE);
        c3.add(d3).intoMemorySegment(c, co + 3 * step, LE);
    }
}
