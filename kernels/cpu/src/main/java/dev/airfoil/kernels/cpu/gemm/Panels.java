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
 * written again by a later one, which is why such groups go from last to first and the last depths one by one.
 */
final class Panels {
    private static final VectorSpecies<Float> S8 = FloatVector.SPECIES_256;
    private static final VectorSpecies<Float> S4 = FloatVector.SPECIES_128;
    /** What is written together. */
    private static final VectorSpecies<Float> BLOCK = Lanes.N >= 8 ? S8 : S4;

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

    private static boolean spills(int w, int width, int room, int block) {
        return (w + block - 1) / block * block > width + room;
    }

    /** See {@link Operand#pack}: depth p stands at byte {@code from + p * stride}, its elements side by side. */
    static void columns(
            MemorySegment s, long from, long stride, int w, int width, int room, int k, float[] to, int at) {
        int block = BLOCK.length();
        int last = (w - 1) / block * block;
        // Vectors may also read past w, but not past the memory.
        int whole = spills(w, width, room, block) ? k - 1 : k;
        while (whole > 0 && from + (whole - 1) * stride + 4L * (last + block) > s.byteSize()) {
            whole--;
        }
        for (int g = last; g >= 0; g -= block) {
            copy(s, from + 4L * g, stride, whole, to, at + g, width);
        }
        for (int p = Math.max(0, whole); p < k; p++) {
            for (int i = 0; i < w; i++) {
                to[at + p * width + i] = Lanes.get(s, from + p * stride + 4L * i);
            }
        }
    }

    /**
     * {@code n} columns, whole panels of at least two whole vectors, to off-heap memory, {@code next} bytes from panel
     * to panel: see {@link Operand#packAll}. Depth by depth, in the order of memory: four at a time take twice as long.
     * Two vectors are written out, since starting a loop for them costs as much as they do.
     */
    static void wholeColumns(
            MemorySegment x, long from, long stride, int n, int width, int k, MemorySegment y, long at, long next) {
        MemorySegment s = Lanes.offHeap(x);
        MemorySegment to = Lanes.offHeap(y);
        for (int p = 0; p < k; p++) {
            long a = from + p * stride;
            long b = at + 4L * p * width;
            for (int j = 0; j < n; j += width) {
                FloatVector v0 = FloatVector.fromMemorySegment(Lanes.F, s, a + 4L * j, LE);
                FloatVector v1 = FloatVector.fromMemorySegment(Lanes.F, s, a + 4L * (j + Lanes.N), LE);
                v0.intoMemorySegment(to, b, LE);
                v1.intoMemorySegment(to, b + 4L * Lanes.N, LE);
                for (int g = 2 * Lanes.N; g < width; g += Lanes.N) {
                    FloatVector.fromMemorySegment(Lanes.F, s, a + 4L * (j + g), LE)
                            .intoMemorySegment(to, b + 4L * g, LE);
                }
                b += next;
            }
        }
    }

    private static void copy(MemorySegment s, long from, long stride, int k, float[] to, int at, int width) {
        for (int p = 0; p < k; p++) {
            FloatVector.fromMemorySegment(BLOCK, s, from + p * stride, LE).intoArray(to, at + p * width);
        }
    }

    /**
     * See {@link Operand#pack}: row i stands at byte {@code from + i * stride}, its elements side by side. Blocks of 8 x 8
     * (4 x 4 where vectors are that short) are transposed in registers: in each round, lanes whose number differs in one
     * bit change places between rows whose number differs in the same bit.
     */
    static void rows(MemorySegment s, long from, long stride, int w, int width, int room, int k, float[] to, int at) {
        int block = BLOCK.length();
        int whole = Math.max(0, spills(w, width, room, block) ? (k - 1) / block * block : k / block * block);
        int groups = (w + block - 1) / block;
        for (int j = 0; j < groups; j++) {
            // In the order of memory, which is fetched ahead, where no group writes too much.
            int g = block * (groups * block <= width ? j : groups - 1 - j);
            int n = Math.min(block, w - g);
            if (block == 8) {
                strip8(s, from + g * stride, stride, n, whole, to, at + g, width);
            } else {
                strip4(s, from + g * stride, stride, n, whole, to, at + g, width);
            }
            for (int i = g; i < g + n; i++) {
                long a = from + i * stride;
                for (int p = whole; p < k; p++) {
                    to[at + p * width + i] = Lanes.get(s, a + p * 4L);
                }
            }
        }
    }

    private static FloatVector low(FloatVector a, FloatVector b, VectorShuffle<Float> x, VectorMask<Float> m) {
        return a.blend(b.rearrange(x), m);
    }

    private static FloatVector high(FloatVector a, FloatVector b, VectorShuffle<Float> x, VectorMask<Float> m) {
        return a.rearrange(x).blend(b, m);
    }

    /** Eight rows, of which only {@code n} are there: the last one stands for the others. */
    private static void strip8(MemorySegment x, long from, long stride, int n, int k, float[] to, int at, int width) {
        MemorySegment s = Lanes.offHeap(x);
        long o1 = from + Math.min(1, n - 1) * stride;
        long o2 = from + Math.min(2, n - 1) * stride;
        long o3 = from + Math.min(3, n - 1) * stride;
        long o4 = from + Math.min(4, n - 1) * stride;
        long o5 = from + Math.min(5, n - 1) * stride;
        long o6 = from + Math.min(6, n - 1) * stride;
        long o7 = from + Math.min(7, n - 1) * stride;
        for (int p = 0; p < k; p += 8) {
            FloatVector r0 = FloatVector.fromMemorySegment(S8, s, from + 4L * p, LE);
            FloatVector r1 = FloatVector.fromMemorySegment(S8, s, o1 + 4L * p, LE);
            FloatVector r2 = FloatVector.fromMemorySegment(S8, s, o2 + 4L * p, LE);
            FloatVector r3 = FloatVector.fromMemorySegment(S8, s, o3 + 4L * p, LE);
            FloatVector r4 = FloatVector.fromMemorySegment(S8, s, o4 + 4L * p, LE);
            FloatVector r5 = FloatVector.fromMemorySegment(S8, s, o5 + 4L * p, LE);
            FloatVector r6 = FloatVector.fromMemorySegment(S8, s, o6 + 4L * p, LE);
            FloatVector r7 = FloatVector.fromMemorySegment(S8, s, o7 + 4L * p, LE);
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
            int i = at + p * width;
            low(b0, b4, X4, M4).intoArray(to, i);
            low(b1, b5, X4, M4).intoArray(to, i + width);
            low(b2, b6, X4, M4).intoArray(to, i + 2 * width);
            low(b3, b7, X4, M4).intoArray(to, i + 3 * width);
            high(b0, b4, X4, M4).intoArray(to, i + 4 * width);
            high(b1, b5, X4, M4).intoArray(to, i + 5 * width);
            high(b2, b6, X4, M4).intoArray(to, i + 6 * width);
            high(b3, b7, X4, M4).intoArray(to, i + 7 * width);
        }
    }

    /** Four rows, as {@link #strip8}. */
    private static void strip4(MemorySegment x, long from, long stride, int n, int k, float[] to, int at, int width) {
        MemorySegment s = Lanes.offHeap(x);
        long o1 = from + Math.min(1, n - 1) * stride;
        long o2 = from + Math.min(2, n - 1) * stride;
        long o3 = from + Math.min(3, n - 1) * stride;
        for (int p = 0; p < k; p += 4) {
            FloatVector r0 = FloatVector.fromMemorySegment(S4, s, from + 4L * p, LE);
            FloatVector r1 = FloatVector.fromMemorySegment(S4, s, o1 + 4L * p, LE);
            FloatVector r2 = FloatVector.fromMemorySegment(S4, s, o2 + 4L * p, LE);
            FloatVector r3 = FloatVector.fromMemorySegment(S4, s, o3 + 4L * p, LE);
            FloatVector a0 = low(r0, r1, Y1, N1);
            FloatVector a1 = high(r0, r1, Y1, N1);
            FloatVector a2 = low(r2, r3, Y1, N1);
            FloatVector a3 = high(r2, r3, Y1, N1);
            int i = at + p * width;
            low(a0, a2, Y2, N2).intoArray(to, i);
            low(a1, a3, Y2, N2).intoArray(to, i + width);
            high(a0, a2, Y2, N2).intoArray(to, i + 2 * width);
            high(a1, a3, Y2, N2).intoArray(to, i + 3 * width);
        }
    }
}
