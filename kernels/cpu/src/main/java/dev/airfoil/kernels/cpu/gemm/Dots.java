package dev.airfoil.kernels.cpu.gemm;

import static dev.airfoil.kernels.cpu.gemm.Stored.WORDS;
import static dev.airfoil.kernels.cpu.vector.Lanes.F;
import static dev.airfoil.kernels.cpu.vector.Lanes.LE;
import static dev.airfoil.kernels.cpu.vector.Lanes.N;

import dev.airfoil.kernels.cpu.vector.Lanes;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * The dot product of a row of a weight, {@code n} elements from byte {@code at} of {@code w} on, with a row from element
 * {@code first} of x on, which {@link RowDots} has put in order. Four independent sums hide the latency of an addition.
 */
final class Dots {
    /** Elements in a block: four vectors of x, and as many words as hold their weights. */
    static final int BLOCK = 4 * N;

    private Dots() {}

    static float bf16(MemorySegment w, long at, float[] x, int first, int n) {
        FloatVector s0 = FloatVector.zero(F);
        FloatVector s1 = FloatVector.zero(F);
        FloatVector s2 = FloatVector.zero(F);
        FloatVector s3 = FloatVector.zero(F);
        for (int p = 0; p < n; p += BLOCK) {
            IntVector i0 = IntVector.fromMemorySegment(WORDS, w, at + 2L * p, LE);
            FloatVector w0 = Stored.bf16(i0, 0);
            s0 = w0.fma(FloatVector.fromArray(F, x, first + p), s0);
            FloatVector w1 = Stored.bf16(i0, 1);
            s1 = w1.fma(FloatVector.fromArray(F, x, first + p + N), s1);
            IntVector i1 = IntVector.fromMemorySegment(WORDS, w, at + 2L * p + 4 * N, LE);
            FloatVector w2 = Stored.bf16(i1, 0);
            s2 = w2.fma(FloatVector.fromArray(F, x, first + p + 2 * N), s2);
            FloatVector w3 = Stored.bf16(i1, 1);
            s3 = w3.fma(FloatVector.fromArray(F, x, first + p + 3 * N), s3);
        }
        return Lanes.sum(s0.add(s1).add(s2.add(s3)));
    }

    static float i8(MemorySegment w, long at, float[] x, int first, int n) {
        FloatVector s0 = FloatVector.zero(F);
        FloatVector s1 = FloatVector.zero(F);
        FloatVector s2 = FloatVector.zero(F);
        FloatVector s3 = FloatVector.zero(F);
        for (int p = 0; p < n; p += BLOCK) {
            IntVector i0 = IntVector.fromMemorySegment(WORDS, w, at + p, LE);
            FloatVector w0 = Stored.i8(i0, 0);
            s0 = w0.fma(FloatVector.fromArray(F, x, first + p), s0);
            FloatVector w1 = Stored.i8(i0, 1);
            s1 = w1.fma(FloatVector.fromArray(F, x, first + p + N), s1);
            FloatVector w2 = Stored.i8(i0, 2);
            s2 = w2.fma(FloatVector.fromArray(F, x, first + p + 2 * N), s2);
            FloatVector w3 = Stored.i8(i0, 3);
            s3 = w3.fma(FloatVector.fromArray(F, x, first + p + 3 * N), s3);
        }
        return Lanes.sum(s0.add(s1).add(s2.add(s3)));
    }
}
