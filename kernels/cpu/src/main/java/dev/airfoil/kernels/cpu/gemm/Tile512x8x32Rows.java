package dev.airfoil.kernels.cpu.gemm;

import dev.airfoil.kernels.cpu.vector.Lanes;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** 16 accumulators of the 32 registers of AVX-512; columns divide a head's width. Written by TileGenerator. */
final class Tile512x8x32Rows implements Tile {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_512;
    private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;

    @Override
    public int rows() {
        return 8;
    }

    @Override
    public int columns() {
        return 32;
    }

    @Override
    public int step() {
        return 1;
    }

    @Override
    public int rowStep() {
        return 96;
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
            long to0 = co + t * 8 * cs;
            long to1 = to0 + 1 * cs;
            long to2 = to0 + 2 * cs;
            long to3 = to0 + 3 * cs;
            long to4 = to0 + 4 * cs;
            long to5 = to0 + 5 * cs;
            long to6 = to0 + 6 * cs;
            long to7 = to0 + 7 * cs;
            FloatVector c0_0 = zero;
            FloatVector c0_1 = zero;
            FloatVector c1_0 = zero;
            FloatVector c1_1 = zero;
            FloatVector c2_0 = zero;
            FloatVector c2_1 = zero;
            FloatVector c3_0 = zero;
            FloatVector c3_1 = zero;
            FloatVector c4_0 = zero;
            FloatVector c4_1 = zero;
            FloatVector c5_0 = zero;
            FloatVector c5_1 = zero;
            FloatVector c6_0 = zero;
            FloatVector c6_1 = zero;
            FloatVector c7_0 = zero;
            FloatVector c7_1 = zero;
            long bp = bo;
            int end = ap + k * 1;
            while (ap != end) {
                FloatVector b00 = FloatVector.fromMemorySegment(F, b, bp, LE);
                FloatVector b01 = FloatVector.fromMemorySegment(F, b, bp + 64, LE);
                FloatVector a00 = zero.broadcast(a[ap]);
                c0_0 = b00.fma(a00, c0_0);
                c0_1 = b01.fma(a00, c0_1);
                FloatVector a01 = zero.broadcast(a[ap + 96]);
                c1_0 = b00.fma(a01, c1_0);
                c1_1 = b01.fma(a01, c1_1);
                FloatVector a02 = zero.broadcast(a[ap + 192]);
                c2_0 = b00.fma(a02, c2_0);
                c2_1 = b01.fma(a02, c2_1);
                FloatVector a03 = zero.broadcast(a[ap + 288]);
                c3_0 = b00.fma(a03, c3_0);
                c3_1 = b01.fma(a03, c3_1);
                FloatVector a04 = zero.broadcast(a[ap + 384]);
                c4_0 = b00.fma(a04, c4_0);
                c4_1 = b01.fma(a04, c4_1);
                FloatVector a05 = zero.broadcast(a[ap + 480]);
                c5_0 = b00.fma(a05, c5_0);
                c5_1 = b01.fma(a05, c5_1);
                FloatVector a06 = zero.broadcast(a[ap + 576]);
                c6_0 = b00.fma(a06, c6_0);
                c6_1 = b01.fma(a06, c6_1);
                FloatVector a07 = zero.broadcast(a[ap + 672]);
                c7_0 = b00.fma(a07, c7_0);
                c7_1 = b01.fma(a07, c7_1);
                FloatVector b10 = FloatVector.fromMemorySegment(F, b, bp + 128, LE);
                FloatVector b11 = FloatVector.fromMemorySegment(F, b, bp + 192, LE);
                FloatVector a10 = zero.broadcast(a[ap + 1]);
                c0_0 = b10.fma(a10, c0_0);
                c0_1 = b11.fma(a10, c0_1);
                FloatVector a11 = zero.broadcast(a[ap + 97]);
                c1_0 = b10.fma(a11, c1_0);
                c1_1 = b11.fma(a11, c1_1);
                FloatVector a12 = zero.broadcast(a[ap + 193]);
                c2_0 = b10.fma(a12, c2_0);
                c2_1 = b11.fma(a12, c2_1);
                FloatVector a13 = zero.broadcast(a[ap + 289]);
                c3_0 = b10.fma(a13, c3_0);
                c3_1 = b11.fma(a13, c3_1);
                FloatVector a14 = zero.broadcast(a[ap + 385]);
                c4_0 = b10.fma(a14, c4_0);
                c4_1 = b11.fma(a14, c4_1);
                FloatVector a15 = zero.broadcast(a[ap + 481]);
                c5_0 = b10.fma(a15, c5_0);
                c5_1 = b11.fma(a15, c5_1);
                FloatVector a16 = zero.broadcast(a[ap + 577]);
                c6_0 = b10.fma(a16, c6_0);
                c6_1 = b11.fma(a16, c6_1);
                FloatVector a17 = zero.broadcast(a[ap + 673]);
                c7_0 = b10.fma(a17, c7_0);
                c7_1 = b11.fma(a17, c7_1);
                ap += 2;
                bp += 256;
            }
            c0_0.intoMemorySegment(c, to0, LE);
            c0_1.intoMemorySegment(c, to0 + 64, LE);
            c1_0.intoMemorySegment(c, to1, LE);
            c1_1.intoMemorySegment(c, to1 + 64, LE);
            c2_0.intoMemorySegment(c, to2, LE);
            c2_1.intoMemorySegment(c, to2 + 64, LE);
            c3_0.intoMemorySegment(c, to3, LE);
            c3_1.intoMemorySegment(c, to3 + 64, LE);
            c4_0.intoMemorySegment(c, to4, LE);
            c4_1.intoMemorySegment(c, to4 + 64, LE);
            c5_0.intoMemorySegment(c, to5, LE);
            c5_1.intoMemorySegment(c, to5 + 64, LE);
            c6_0.intoMemorySegment(c, to6, LE);
            c6_1.intoMemorySegment(c, to6 + 64, LE);
            c7_0.intoMemorySegment(c, to7, LE);
            c7_1.intoMemorySegment(c, to7 + 64, LE);
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
            long to0 = co + t * 8 * cs;
            long to1 = to0 + 1 * cs;
            long to2 = to0 + 2 * cs;
            long to3 = to0 + 3 * cs;
            long to4 = to0 + 4 * cs;
            long to5 = to0 + 5 * cs;
            long to6 = to0 + 6 * cs;
            long to7 = to0 + 7 * cs;
            FloatVector c0_0 = FloatVector.fromMemorySegment(F, c, to0, LE);
            FloatVector c0_1 = FloatVector.fromMemorySegment(F, c, to0 + 64, LE);
            FloatVector c1_0 = FloatVector.fromMemorySegment(F, c, to1, LE);
            FloatVector c1_1 = FloatVector.fromMemorySegment(F, c, to1 + 64, LE);
            FloatVector c2_0 = FloatVector.fromMemorySegment(F, c, to2, LE);
            FloatVector c2_1 = FloatVector.fromMemorySegment(F, c, to2 + 64, LE);
            FloatVector c3_0 = FloatVector.fromMemorySegment(F, c, to3, LE);
            FloatVector c3_1 = FloatVector.fromMemorySegment(F, c, to3 + 64, LE);
            FloatVector c4_0 = FloatVector.fromMemorySegment(F, c, to4, LE);
            FloatVector c4_1 = FloatVector.fromMemorySegment(F, c, to4 + 64, LE);
            FloatVector c5_0 = FloatVector.fromMemorySegment(F, c, to5, LE);
            FloatVector c5_1 = FloatVector.fromMemorySegment(F, c, to5 + 64, LE);
            FloatVector c6_0 = FloatVector.fromMemorySegment(F, c, to6, LE);
            FloatVector c6_1 = FloatVector.fromMemorySegment(F, c, to6 + 64, LE);
            FloatVector c7_0 = FloatVector.fromMemorySegment(F, c, to7, LE);
            FloatVector c7_1 = FloatVector.fromMemorySegment(F, c, to7 + 64, LE);
            long bp = bo;
            int end = ap + k * 1;
            while (ap != end) {
                FloatVector b00 = FloatVector.fromMemorySegment(F, b, bp, LE);
                FloatVector b01 = FloatVector.fromMemorySegment(F, b, bp + 64, LE);
                FloatVector a00 = zero.broadcast(a[ap]);
                c0_0 = b00.fma(a00, c0_0);
                c0_1 = b01.fma(a00, c0_1);
                FloatVector a01 = zero.broadcast(a[ap + 96]);
                c1_0 = b00.fma(a01, c1_0);
                c1_1 = b01.fma(a01, c1_1);
                FloatVector a02 = zero.broadcast(a[ap + 192]);
                c2_0 = b00.fma(a02, c2_0);
                c2_1 = b01.fma(a02, c2_1);
                FloatVector a03 = zero.broadcast(a[ap + 288]);
                c3_0 = b00.fma(a03, c3_0);
                c3_1 = b01.fma(a03, c3_1);
                FloatVector a04 = zero.broadcast(a[ap + 384]);
                c4_0 = b00.fma(a04, c4_0);
                c4_1 = b01.fma(a04, c4_1);
                FloatVector a05 = zero.broadcast(a[ap + 480]);
                c5_0 = b00.fma(a05, c5_0);
                c5_1 = b01.fma(a05, c5_1);
                FloatVector a06 = zero.broadcast(a[ap + 576]);
                c6_0 = b00.fma(a06, c6_0);
                c6_1 = b01.fma(a06, c6_1);
                FloatVector a07 = zero.broadcast(a[ap + 672]);
                c7_0 = b00.fma(a07, c7_0);
                c7_1 = b01.fma(a07, c7_1);
                FloatVector b10 = FloatVector.fromMemorySegment(F, b, bp + 128, LE);
                FloatVector b11 = FloatVector.fromMemorySegment(F, b, bp + 192, LE);
                FloatVector a10 = zero.broadcast(a[ap + 1]);
                c0_0 = b10.fma(a10, c0_0);
                c0_1 = b11.fma(a10, c0_1);
                FloatVector a11 = zero.broadcast(a[ap + 97]);
                c1_0 = b10.fma(a11, c1_0);
                c1_1 = b11.fma(a11, c1_1);
                FloatVector a12 = zero.broadcast(a[ap + 193]);
                c2_0 = b10.fma(a12, c2_0);
                c2_1 = b11.fma(a12, c2_1);
                FloatVector a13 = zero.broadcast(a[ap + 289]);
                c3_0 = b10.fma(a13, c3_0);
                c3_1 = b11.fma(a13, c3_1);
                FloatVector a14 = zero.broadcast(a[ap + 385]);
                c4_0 = b10.fma(a14, c4_0);
                c4_1 = b11.fma(a14, c4_1);
                FloatVector a15 = zero.broadcast(a[ap + 481]);
                c5_0 = b10.fma(a15, c5_0);
                c5_1 = b11.fma(a15, c5_1);
                FloatVector a16 = zero.broadcast(a[ap + 577]);
                c6_0 = b10.fma(a16, c6_0);
                c6_1 = b11.fma(a16, c6_1);
                FloatVector a17 = zero.broadcast(a[ap + 673]);
                c7_0 = b10.fma(a17, c7_0);
                c7_1 = b11.fma(a17, c7_1);
                ap += 2;
                bp += 256;
            }
            c0_0.intoMemorySegment(c, to0, LE);
            c0_1.intoMemorySegment(c, to0 + 64, LE);
            c1_0.intoMemorySegment(c, to1, LE);
            c1_1.intoMemorySegment(c, to1 + 64, LE);
            c2_0.intoMemorySegment(c, to2, LE);
            c2_1.intoMemorySegment(c, to2 + 64, LE);
            c3_0.intoMemorySegment(c, to3, LE);
            c3_1.intoMemorySegment(c, to3 + 64, LE);
            c4_0.intoMemorySegment(c, to4, LE);
            c4_1.intoMemorySegment(c, to4 + 64, LE);
            c5_0.intoMemorySegment(c, to5, LE);
            c5_1.intoMemorySegment(c, to5 + 64, LE);
            c6_0.intoMemorySegment(c, to6, LE);
            c6_1.intoMemorySegment(c, to6 + 64, LE);
            c7_0.intoMemorySegment(c, to7, LE);
            c7_1.intoMemorySegment(c, to7 + 64, LE);
        }
    }
}
