package dev.airfoil.kernels.cpu.gemm;

import dev.airfoil.kernels.cpu.vector.Lanes;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Rows or columns to interleaved panels. Vectors are written whole; what they write past the width of the panel is
 * written again by a later one, which is why groups go from last to first and the last depths one by one.
 */
final class Panels {
    private static final VectorSpecies<Float> S8 = FloatVector.SPECIES_256;
    private static final VectorSpecies<Float> S4 = FloatVector.SPECIES_128;
    private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;

    private static final VectorShuffle<Float> X1 = VectorShuffle.fromOp(S8, i -> i ^ 1);
    private static final VectorShuffle<Float> X2 = VectorShuffle.fromOp(S8, i -> i ^ 2);
    private static final VectorShuffle<Float> X4 = VectorShuffle.fromOp(S8, i -> i ^ 4);
    private static final VectorMask<Float> M1 = VectorMask.fromLong(S8, 0xaa);
    private static final VectorMask<Float> M2 = VectorMask.fromLong(S8, 0xcc);
    private static final VectorMask<Float> M4 = VectorMask.fromLong(S8, 0xf0);
    private static final VectorShuffle<Float> Y1 = VectorShuffle.fromOp(S4, i -> i ^ 1);
    private static final VectorShuffle<Float> Y2 = VectorShuffle.fromOp(S4, i -> i ^ 2);
    private static final VectorMask<Float> N1 = VectorMask.fromLong(S4, 0xa);
    private static final VectorMask<Float> N2 = VectorMask.fromLong(S4, 0xc);

    private Panels() {}

    private static boolean spills(int w, int width, int block) {
        return (w + block - 1) / block * block > width;
    }

    /** See {@link Operand#pack}: depth p stands at byte {@code from + p * stride}, its elements side by side. */
    static void columns(MemorySegment s, long from, long stride, int w, int width, int k, float[] to, int at) {
        int block = Lanes.N >= 8 ? 8 : 4;
        int last = (w - 1) / block * block;
        // Vectors may also read past w, but not past the memory.
        int whole = spills(w, width, block) ? k - 1 : k;
        while (whole > 0 && from + (whole - 1) * stride + 4L * (last + block) > s.byteSize()) {
            whole--;
        }
        if (block == 8) {
            copy8(s, from, stride, last, width, whole, to, at);
        } else {
            copy4(s, from, stride, last, width, whole, to, at);
        }
        for (int p = Math.max(0, whole); p < k; p++) {
            for (int i = 0; i < w; i++) {
                to[at + p * width + i] = Lanes.get(s, from + p * stride + 4L * i);
            }
        }
    }

    private static void copy8(MemorySegment s, long from, long stride, int last, int width, int k, float[] to, int at) {
        for (int p = 0; p < k; p++) {
            for (int g = last; g >= 0; g -= 8) {
                FloatVector.fromMemorySegment(S8, s, from + p * stride + 4L * g, LE)
                        .intoArray(to, at + p * width + g);
            }
        }
    }

    private static void copy4(MemorySegment s, long from, long stride, int last, int width, int k, float[] to, int at) {
        for (int p = 0; p < k; p++) {
            for (int g = last; g >= 0; g -= 4) {
                FloatVector.fromMemorySegment(S4, s, from + p * stride + 4L * g, LE)
                        .intoArray(to, at + p * width + g);
            }
        }
    }

    /**
     * See {@link Operand#pack}: row i stands at byte {@code from + i * stride}, its elements side by side. Blocks of 8 x 8
     * (4 x 4 where vectors are that short) are transposed in registers: in each round, lanes whose number differs in one
     * bit change places between rows whose number differs in the same bit.
     */
    static void rows(MemorySegment s, long from, long stride, int w, int width, int k, float[] to, int at) {
        int block = Lanes.N >= 8 ? 8 : 4;
        int whole = Math.max(0, spills(w, width, block) ? (k - 1) / block * block : k / block * block);
        for (int g = (w - 1) / block * block; g >= 0; g -= block) {
            int n = Math.min(block, w - g);
            for (int p = 0; p < whole; p += block) {
                long a = from + g * stride + p * 4L;
                if (block == 8) {
                    block8(s, a, stride, n, to, at + p * width + g, width);
                } else {
                    block4(s, a, stride, n, to, at + p * width + g, width);
                }
            }
            for (int i = g; i < g + n; i++) {
                long a = from + i * stride;
                for (int p = whole; p < k; p++) {
                    to[at + p * width + i] = Lanes.get(s, a + p * 4L);
                }
            }
        }
    }

    /** Row {@code i} of a block with only {@code n} rows: the last one stands for those that are not there. */
    private static FloatVector row8(MemorySegment s, long a, long stride, int i, int n) {
        return FloatVector.fromMemorySegment(S8, s, a + Math.min(i, n - 1) * stride, LE);
    }

    private static FloatVector low(FloatVector a, FloatVector b, VectorShuffle<Float> x, VectorMask<Float> m) {
        return a.blend(b.rearrange(x), m);
    }

    private static FloatVector high(FloatVector a, FloatVector b, VectorShuffle<Float> x, VectorMask<Float> m) {
        return a.rearrange(x).blend(b, m);
    }

    private static void block8(MemorySegment s, long a, long stride, int n, float[] to, int at, int width) {
        FloatVector r0 = row8(s, a, stride, 0, n);
        FloatVector r1 = row8(s, a, stride, 1, n);
        FloatVector r2 = row8(s, a, stride, 2, n);
        FloatVector r3 = row8(s, a, stride, 3, n);
        FloatVector r4 = row8(s, a, stride, 4, n);
        FloatVector r5 = row8(s, a, stride, 5, n);
        FloatVector r6 = row8(s, a, stride, 6, n);
        FloatVector r7 = row8(s, a, stride, 7, n);
        FloatVector a0 = low(r0, r1, X1, M1);
        FloatVector a1 = high(r0, r1, X1, M1);
        FloatVector a2 = low(r2, r3, X1, M1);
        FloatVector a3 = high(r2, r3, X1, M1);
        FloatVector a4 = low(r4, r5, X1, M1);
        FloatVector a5 = high(r4, r5, X1, M1);
        FloatVector a6 = low(r6, r7, X1, M1);
        FloatVector a7 = high(r6, r7, X1, M1);
        FloatVector b0 = low(a0, a2, X2, M2);
        FloatVector b1 = low(a1, a3, X2, M2);
        FloatVector b2 = high(a0, a2, X2, M2);
        FloatVector b3 = high(a1, a3, X2, M2);
        FloatVector b4 = low(a4, a6, X2, M2);
        FloatVector b5 = low(a5, a7, X2, M2);
        FloatVector b6 = high(a4, a6, X2, M2);
        FloatVector b7 = high(a5, a7, X2, M2);
        low(b0, b4, X4, M4).intoArray(to, at);
        low(b1, b5, X4, M4).intoArray(to, at + width);
        low(b2, b6, X4, M4).intoArray(to, at + 2 * width);
        low(b3, b7, X4, M4).intoArray(to, at + 3 * width);
        high(b0, b4, X4, M4).intoArray(to, at + 4 * width);
        high(b1, b5, X4, M4).intoArray(to, at + 5 * width);
        high(b2, b6, X4, M4).intoArray(to, at + 6 * width);
        high(b3, b7, X4, M4).intoArray(to, at + 7 * width);
    }

    private static void block4(MemorySegment s, long a, long stride, int n, float[] to, int at, int width) {
        FloatVector r0 = FloatVector.fromMemorySegment(S4, s, a, LE);
        FloatVector r1 = FloatVector.fromMemorySegment(S4, s, a + Math.min(1, n - 1) * stride, LE);
        FloatVector r2 = FloatVector.fromMemorySegment(S4, s, a + Math.min(2, n - 1) * stride, LE);
        FloatVector r3 = FloatVector.fromMemorySegment(S4, s, a + Math.min(3, n - 1) * stride, LE);
        FloatVector a0 = low(r0, r1, Y1, N1);
        FloatVector a1 = high(r0, r1, Y1, N1);
        FloatVector a2 = low(r2, r3, Y1, N1);
        FloatVector a3 = high(r2, r3, Y1, N1);
        low(a0, a2, Y2, N2).intoArray(to, at);
        low(a1, a3, Y2, N2).intoArray(to, at + width);
        high(a0, a2, Y2, N2).intoArray(to, at + 2 * width);
        high(a1, a3, Y2, N2).intoArray(to, at + 3 * width);
    }
}
