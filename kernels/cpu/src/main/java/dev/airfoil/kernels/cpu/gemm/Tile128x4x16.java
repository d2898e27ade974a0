package dev.airfoil.kernels.cpu.gemm;

import dev.airfoil.kernels.cpu.vector.Lanes;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** 16 accumulators of the 32 registers of NEON: C2 copies each scalar to all lanes, so few rows. Written by TileGenerator. */
final class Tile128x4x16 implements Tile {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_128;
    private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;

    @Override
    public int rows() {
        return 4;
    }

    @Override
    public int columns() {
        return 16;
    }

    @Override
    public int step() {
        return 4;
    }

    @Override
    public int rowStep() {
        return 1;
    }

    @Override
    public void zeroWhole(
            int tiles,
            int k,
            float[] a,
            int ao,
            int next,
            MemorySegment x,
            long bo,
            MemorySegment y,
            long co,
            long cs) {
        MemorySegment b = Lanes.offHeap(x);
        MemorySegment c = Lanes.offHeap(y);
        FloatVector zero = FloatVector.zero(F);
        for (int t = 0; t < tiles; t++) {
            int ap = ao + t * next;
            long to0 = co + t * 4 * cs;
            long to1 = to0 + 1 * cs;
            long to2 = to0 + 2 * cs;
            long to3 = to0 + 3 * cs;
            FloatVector c0_0 = zero;
            FloatVector c0_1 = zero;
            FloatVector c0_2 = zero;
            FloatVector c0_3 = zero;
            FloatVector c1_0 = zero;
            FloatVector c1_1 = zero;
            FloatVector c1_2 = zero;
            FloatVector c1_3 = zero;
            FloatVector c2_0 = zero;
            FloatVector c2_1 = zero;
            FloatVector c2_2 = zero;
            FloatVector c2_3 = zero;
            FloatVector c3_0 = zero;
            FloatVector c3_1 = zero;
            FloatVector c3_2 = zero;
            FloatVector c3_3 = zero;
            long bp = bo;
            int end = ap + k * 4;
            while (ap != end) {
                FloatVector b00 = FloatVector.fromMemorySegment(F, b, bp, LE);
                FloatVector b01 = FloatVector.fromMemorySegment(F, b, bp + 16, LE);
                FloatVector b02 = FloatVector.fromMemorySegment(F, b, bp + 32, LE);
                FloatVector b03 = FloatVector.fromMemorySegment(F, b, bp + 48, LE);
                FloatVector a00 = zero.broadcast(a[ap]);
                c0_0 = b00.fma(a00, c0_0);
                c0_1 = b01.fma(a00, c0_1);
                c0_2 = b02.fma(a00, c0_2);
                c0_3 = b03.fma(a00, c0_3);
                FloatVector a01 = zero.broadcast(a[ap + 1]);
                c1_0 = b00.fma(a01, c1_0);
                c1_1 = b01.fma(a01, c1_1);
                c1_2 = b02.fma(a01, c1_2);
                c1_3 = b03.fma(a01, c1_3);
                FloatVector a02 = zero.broadcast(a[ap + 2]);
                c2_0 = b00.fma(a02, c2_0);
                c2_1 = b01.fma(a02, c2_1);
                c2_2 = b02.fma(a02, c2_2);
                c2_3 = b03.fma(a02, c2_3);
                FloatVector a03 = zero.broadcast(a[ap + 3]);
                c3_0 = b00.fma(a03, c3_0);
                c3_1 = b01.fma(a03, c3_1);
                c3_2 = b02.fma(a03, c3_2);
                c3_3 = b03.fma(a03, c3_3);
                FloatVector b10 = FloatVector.fromMemorySegment(F, b, bp + 64, LE);
                FloatVector b11 = FloatVector.fromMemorySegment(F, b, bp + 80, LE);
                FloatVector b12 = FloatVector.fromMemorySegment(F, b, bp + 96, LE);
                FloatVector b13 = FloatVector.fromMemorySegment(F, b, bp + 112, LE);
                FloatVector a10 = zero.broadcast(a[ap + 4]);
                c0_0 = b10.fma(a10, c0_0);
                c0_1 = b11.fma(a10, c0_1);
                c0_2 = b12.fma(a10, c0_2);
                c0_3 = b13.fma(a10, c0_3);
                FloatVector a11 = zero.broadcast(a[ap + 5]);
                c1_0 = b10.fma(a11, c1_0);
                c1_1 = b11.fma(a11, c1_1);
                c1_2 = b12.fma(a11, c1_2);
                c1_3 = b13.fma(a11, c1_3);
                FloatVector a12 = zero.broadcast(a[ap + 6]);
                c2_0 = b10.fma(a12, c2_0);
                c2_1 = b11.fma(a12, c2_1);
                c2_2 = b12.fma(a12, c2_2);
                c2_3 = b13.fma(a12, c2_3);
                FloatVector a13 = zero.broadcast(a[ap + 7]);
                c3_0 = b10.fma(a13, c3_0);
                c3_1 = b11.fma(a13, c3_1);
                c3_2 = b12.fma(a13, c3_2);
                c3_3 = b13.fma(a13, c3_3);
                ap += 8;
                bp += 128;
            }
            c0_0.intoMemorySegment(c, to0, LE);
            c0_1.intoMemorySegment(c, to0 + 16, LE);
            c0_2.intoMemorySegment(c, to0 + 32, LE);
            c0_3.intoMemorySegment(c, to0 + 48, LE);
            c1_0.intoMemorySegment(c, to1, LE);
            c1_1.intoMemorySegment(c, to1 + 16, LE);
            c1_2.intoMemorySegment(c, to1 + 32, LE);
            c1_3.intoMemorySegment(c, to1 + 48, LE);
            c2_0.intoMemorySegment(c, to2, LE);
            c2_1.intoMemorySegment(c, to2 + 16, LE);
            c2_2.intoMemorySegment(c, to2 + 32, LE);
            c2_3.intoMemorySegment(c, to2 + 48, LE);
            c3_0.intoMemorySegment(c, to3, LE);
            c3_1.intoMemorySegment(c, to3 + 16, LE);
            c3_2.intoMemorySegment(c, to3 + 32, LE);
            c3_3.intoMemorySegment(c, to3 + 48, LE);
        }
    }

    @Override
    public void addWhole(
            int tiles,
            int k,
            float[] a,
            int ao,
            int next,
            MemorySegment x,
            long bo,
            MemorySegment y,
            long co,
            long cs) {
        MemorySegment b = Lanes.offHeap(x);
        MemorySegment c = Lanes.offHeap(y);
        FloatVector zero = FloatVector.zero(F);
        for (int t = 0; t < tiles; t++) {
            int ap = ao + t * next;
            long to0 = co + t * 4 * cs;
            long to1 = to0 + 1 * cs;
            long to2 = to0 + 2 * cs;
            long to3 = to0 + 3 * cs;
            FloatVector c0_0 = FloatVector.fromMemorySegment(F, c, to0, LE);
            FloatVector c0_1 = FloatVector.fromMemorySegment(F, c, to0 + 16, LE);
            FloatVector c0_2 = FloatVector.fromMemorySegment(F, c, to0 + 32, LE);
            FloatVector c0_3 = FloatVector.fromMemorySegment(F, c, to0 + 48, LE);
            FloatVector c1_0 = FloatVector.fromMemorySegment(F, c, to1, LE);
            FloatVector c1_1 = FloatVector.fromMemorySegment(F, c, to1 + 16, LE);
            FloatVector c1_2 = FloatVector.fromMemorySegment(F, c, to1 + 32, LE);
            FloatVector c1_3 = FloatVector.fromMemorySegment(F, c, to1 + 48, LE);
            FloatVector c2_0 = FloatVector.fromMemorySegment(F, c, to2, LE);
            FloatVector c2_1 = FloatVector.fromMemorySegment(F, c, to2 + 16, LE);
            FloatVector c2_2 = FloatVector.fromMemorySegment(F, c, to2 + 32, LE);
            FloatVector c2_3 = FloatVector.fromMemorySegment(F, c, to2 + 48, LE);
            FloatVector c3_0 = FloatVector.fromMemorySegment(F, c, to3, LE);
            FloatVector c3_1 = FloatVector.fromMemorySegment(F, c, to3 + 16, LE);
            FloatVector c3_2 = FloatVector.fromMemorySegment(F, c, to3 + 32, LE);
            FloatVector c3_3 = FloatVector.fromMemorySegment(F, c, to3 + 48, LE);
            long bp = bo;
            int end = ap + k * 4;
            while (ap != end) {
                FloatVector b00 = FloatVector.fromMemorySegment(F, b, bp, LE);
                FloatVector b01 = FloatVector.fromMemorySegment(F, b, bp + 16, LE);
                FloatVector b02 = FloatVector.fromMemorySegment(F, b, bp + 32, LE);
                FloatVector b03 = FloatVector.fromMemorySegment(F, b, bp + 48, LE);
                FloatVector a00 = zero.broadcast(a[ap]);
                c0_0 = b00.fma(a00, c0_0);
                c0_1 = b01.fma(a00, c0_1);
                c0_2 = b02.fma(a00, c0_2);
                c0_3 = b03.fma(a00, c0_3);
                FloatVector a01 = zero.broadcast(a[ap + 1]);
                c1_0 = b00.fma(a01, c1_0);
                c1_1 = b01.fma(a01, c1_1);
                c1_2 = b02.fma(a01, c1_2);
                c1_3 = b03.fma(a01, c1_3);
                FloatVector a02 = zero.broadcast(a[ap + 2]);
                c2_0 = b00.fma(a02, c2_0);
                c2_1 = b01.fma(a02, c2_1);
                c2_2 = b02.fma(a02, c2_2);
                c2_3 = b03.fma(a02, c2_3);
                FloatVector a03 = zero.broadcast(a[ap + 3]);
                c3_0 = b00.fma(a03, c3_0);
                c3_1 = b01.fma(a03, c3_1);
                c3_2 = b02.fma(a03, c3_2);
                c3_3 = b03.fma(a03, c3_3);
                FloatVector b10 = FloatVector.fromMemorySegment(F, b, bp + 64, LE);
                FloatVector b11 = FloatVector.fromMemorySegment(F, b, bp + 80, LE);
                FloatVector b12 = FloatVector.fromMemorySegment(F, b, bp + 96, LE);
                FloatVector b13 = FloatVector.fromMemorySegment(F, b, bp + 112, LE);
                FloatVector a10 = zero.broadcast(a[ap + 4]);
                c0_0 = b10.fma(a10, c0_0);
                c0_1 = b11.fma(a10, c0_1);
                c0_2 = b12.fma(a10, c0_2);
                c0_3 = b13.fma(a10, c0_3);
                FloatVector a11 = zero.broadcast(a[ap + 5]);
                c1_0 = b10.fma(a11, c1_0);
                c1_1 = b11.fma(a11, c1_1);
                c1_2 = b12.fma(a11, c1_2);
                c1_3 = b13.fma(a11, c1_3);
                FloatVector a12 = zero.broadcast(a[ap + 6]);
                c2_0 = b10.fma(a12, c2_0);
                c2_1 = b11.fma(a12, c2_1);
                c2_2 = b12.fma(a12, c2_2);
                c2_3 = b13.fma(a12, c2_3);
                FloatVector a13 = zero.broadcast(a[ap + 7]);
                c3_0 = b10.fma(a13, c3_0);
                c3_1 = b11.fma(a13, c3_1);
                c3_2 = b12.fma(a13, c3_2);
                c3_3 = b13.fma(a13, c3_3);
                ap += 8;
                bp += 128;
            }
            c0_0.intoMemorySegment(c, to0, LE);
            c0_1.intoMemorySegment(c, to0 + 16, LE);
            c0_2.intoMemorySegment(c, to0 + 32, LE);
            c0_3.intoMemorySegment(c, to0 + 48, LE);
            c1_0.intoMemorySegment(c, to1, LE);
            c1_1.intoMemorySegment(c, to1 + 16, LE);
            c1_2.intoMemorySegment(c, to1 + 32, LE);
            c1_3.intoMemorySegment(c, to1 + 48, LE);
            c2_0.intoMemorySegment(c, to2, LE);
            c2_1.intoMemorySegment(c, to2 + 16, LE);
            c2_2.intoMemorySegment(c, to2 + 32, LE);
            c2_3.intoMemorySegment(c, to2 + 48, LE);
            c3_0.intoMemorySegment(c, to3, LE);
            c3_1.intoMemorySegment(c, to3 + 16, LE);
            c3_2.intoMemorySegment(c, to3 + 32, LE);
            c3_3.intoMemorySegment(c, to3 + 48, LE);
        }
    }
}
