package dev.airfoil.kernels.cpu.gemm;

import dev.airfoil.kernels.cpu.vector.Lanes;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** 12 accumulators of the 16 registers of AVX2. Written by TileGenerator. */
final class Tile256x6x16Wide implements Tile {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_256;
    private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;

    @Override
    public int rows() {
        return 6;
    }

    @Override
    public int columns() {
        return 16;
    }

    @Override
    public int step() {
        return 48;
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
            long to0 = co + t * 6 * cs;
            long to1 = to0 + 1 * cs;
            long to2 = to0 + 2 * cs;
            long to3 = to0 + 3 * cs;
            long to4 = to0 + 4 * cs;
            long to5 = to0 + 5 * cs;
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
            long bp = bo;
            int end = ap + k * 48;
            while (ap != end) {
                FloatVector b00 = FloatVector.fromMemorySegment(F, b, bp, LE);
                FloatVector b01 = FloatVector.fromMemorySegment(F, b, bp + 32, LE);
                FloatVector a00 = zero.broadcast(a[ap]);
                c0_0 = b00.fma(a00, c0_0);
                c0_1 = b01.fma(a00, c0_1);
                FloatVector a01 = zero.broadcast(a[ap + 1]);
                c1_0 = b00.fma(a01, c1_0);
                c1_1 = b01.fma(a01, c1_1);
                FloatVector a02 = zero.broadcast(a[ap + 2]);
                c2_0 = b00.fma(a02, c2_0);
                c2_1 = b01.fma(a02, c2_1);
                FloatVector a03 = zero.broadcast(a[ap + 3]);
                c3_0 = b00.fma(a03, c3_0);
                c3_1 = b01.fma(a03, c3_1);
                FloatVector a04 = zero.broadcast(a[ap + 4]);
                c4_0 = b00.fma(a04, c4_0);
                c4_1 = b01.fma(a04, c4_1);
                FloatVector a05 = zero.broadcast(a[ap + 5]);
                c5_0 = b00.fma(a05, c5_0);
                c5_1 = b01.fma(a05, c5_1);
                FloatVector b10 = FloatVector.fromMemorySegment(F, b, bp + 64, LE);
                FloatVector b11 = FloatVector.fromMemorySegment(F, b, bp + 96, LE);
                FloatVector a10 = zero.broadcast(a[ap + 48]);
                c0_0 = b10.fma(a10, c0_0);
                c0_1 = b11.fma(a10, c0_1);
                FloatVector a11 = zero.broadcast(a[ap + 49]);
                c1_0 = b10.fma(a11, c1_0);
                c1_1 = b11.fma(a11, c1_1);
                FloatVector a12 = zero.broadcast(a[ap + 50]);
                c2_0 = b10.fma(a12, c2_0);
                c2_1 = b11.fma(a12, c2_1);
                FloatVector a13 = zero.broadcast(a[ap + 51]);
                c3_0 = b10.fma(a13, c3_0);
                c3_1 = b11.fma(a13, c3_1);
                FloatVector a14 = zero.broadcast(a[ap + 52]);
                c4_0 = b10.fma(a14, c4_0);
                c4_1 = b11.fma(a14, c4_1);
                FloatVector a15 = zero.broadcast(a[ap + 53]);
                c5_0 = b10.fma(a15, c5_0);
                c5_1 = b11.fma(a15, c5_1);
                FloatVector b20 = FloatVector.fromMemorySegment(F, b, bp + 128, LE);
                FloatVector b21 = FloatVector.fromMemorySegment(F, b, bp + 160, LE);
                FloatVector a20 = zero.broadcast(a[ap + 96]);
                c0_0 = b20.fma(a20, c0_0);
                c0_1 = b21.fma(a20, c0_1);
                FloatVector a21 = zero.broadcast(a[ap + 97]);
                c1_0 = b20.fma(a21, c1_0);
                c1_1 = b21.fma(a21, c1_1);
                FloatVector a22 = zero.broadcast(a[ap + 98]);
                c2_0 = b20.fma(a22, c2_0);
                c2_1 = b21.fma(a22, c2_1);
                FloatVector a23 = zero.broadcast(a[ap + 99]);
                c3_0 = b20.fma(a23, c3_0);
                c3_1 = b21.fma(a23, c3_1);
                FloatVector a24 = zero.broadcast(a[ap + 100]);
                c4_0 = b20.fma(a24, c4_0);
                c4_1 = b21.fma(a24, c4_1);
                FloatVector a25 = zero.broadcast(a[ap + 101]);
                c5_0 = b20.fma(a25, c5_0);
                c5_1 = b21.fma(a25, c5_1);
                FloatVector b30 = FloatVector.fromMemorySegment(F, b, bp + 192, LE);
                FloatVector b31 = FloatVector.fromMemorySegment(F, b, bp + 224, LE);
                FloatVector a30 = zero.broadcast(a[ap + 144]);
                c0_0 = b30.fma(a30, c0_0);
                c0_1 = b31.fma(a30, c0_1);
                FloatVector a31 = zero.broadcast(a[ap + 145]);
                c1_0 = b30.fma(a31, c1_0);
                c1_1 = b31.fma(a31, c1_1);
                FloatVector a32 = zero.broadcast(a[ap + 146]);
                c2_0 = b30.fma(a32, c2_0);
                c2_1 = b31.fma(a32, c2_1);
                FloatVector a33 = zero.broadcast(a[ap + 147]);
                c3_0 = b30.fma(a33, c3_0);
                c3_1 = b31.fma(a33, c3_1);
                FloatVector a34 = zero.broadcast(a[ap + 148]);
                c4_0 = b30.fma(a34, c4_0);
                c4_1 = b31.fma(a34, c4_1);
                FloatVector a35 = zero.broadcast(a[ap + 149]);
                c5_0 = b30.fma(a35, c5_0);
                c5_1 = b31.fma(a35, c5_1);
                ap += 192;
                bp += 256;
            }
            c0_0.intoMemorySegment(c, to0, LE);
            c0_1.intoMemorySegment(c, to0 + 32, LE);
            c1_0.intoMemorySegment(c, to1, LE);
            c1_1.intoMemorySegment(c, to1 + 32, LE);
            c2_0.intoMemorySegment(c, to2, LE);
            c2_1.intoMemorySegment(c, to2 + 32, LE);
            c3_0.intoMemorySegment(c, to3, LE);
            c3_1.intoMemorySegment(c, to3 + 32, LE);
            c4_0.intoMemorySegment(c, to4, LE);
            c4_1.intoMemorySegment(c, to4 + 32, LE);
            c5_0.intoMemorySegment(c, to5, LE);
            c5_1.intoMemorySegment(c, to5 + 32, LE);
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
            long to0 = co + t * 6 * cs;
            long to1 = to0 + 1 * cs;
            long to2 = to0 + 2 * cs;
            long to3 = to0 + 3 * cs;
            long to4 = to0 + 4 * cs;
            long to5 = to0 + 5 * cs;
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
            long bp = bo;
            int end = ap + k * 48;
            while (ap != end) {
                FloatVector b00 = FloatVector.fromMemorySegment(F, b, bp, LE);
                FloatVector b01 = FloatVector.fromMemorySegment(F, b, bp + 32, LE);
                FloatVector a00 = zero.broadcast(a[ap]);
                c0_0 = b00.fma(a00, c0_0);
                c0_1 = b01.fma(a00, c0_1);
                FloatVector a01 = zero.broadcast(a[ap + 1]);
                c1_0 = b00.fma(a01, c1_0);
                c1_1 = b01.fma(a01, c1_1);
                FloatVector a02 = zero.broadcast(a[ap + 2]);
                c2_0 = b00.fma(a02, c2_0);
                c2_1 = b01.fma(a02, c2_1);
                FloatVector a03 = zero.broadcast(a[ap + 3]);
                c3_0 = b00.fma(a03, c3_0);
                c3_1 = b01.fma(a03, c3_1);
                FloatVector a04 = zero.broadcast(a[ap + 4]);
                c4_0 = b00.fma(a04, c4_0);
                c4_1 = b01.fma(a04, c4_1);
                FloatVector a05 = zero.broadcast(a[ap + 5]);
                c5_0 = b00.fma(a05, c5_0);
                c5_1 = b01.fma(a05, c5_1);
                FloatVector b10 = FloatVector.fromMemorySegment(F, b, bp + 64, LE);
                FloatVector b11 = FloatVector.fromMemorySegment(F, b, bp + 96, LE);
                FloatVector a10 = zero.broadcast(a[ap + 48]);
                c0_0 = b10.fma(a10, c0_0);
                c0_1 = b11.fma(a10, c0_1);
                FloatVector a11 = zero.broadcast(a[ap + 49]);
                c1_0 = b10.fma(a11, c1_0);
                c1_1 = b11.fma(a11, c1_1);
                FloatVector a12 = zero.broadcast(a[ap + 50]);
                c2_0 = b10.fma(a12, c2_0);
                c2_1 = b11.fma(a12, c2_1);
                FloatVector a13 = zero.broadcast(a[ap + 51]);
                c3_0 = b10.fma(a13, c3_0);
                c3_1 = b11.fma(a13, c3_1);
                FloatVector a14 = zero.broadcast(a[ap + 52]);
                c4_0 = b10.fma(a14, c4_0);
                c4_1 = b11.fma(a14, c4_1);
                FloatVector a15 = zero.broadcast(a[ap + 53]);
                c5_0 = b10.fma(a15, c5_0);
                c5_1 = b11.fma(a15, c5_1);
                FloatVector b20 = FloatVector.fromMemorySegment(F, b, bp + 128, LE);
                FloatVector b21 = FloatVector.fromMemorySegment(F, b, bp + 160, LE);
                FloatVector a20 = zero.broadcast(a[ap + 96]);
                c0_0 = b20.fma(a20, c0_0);
                c0_1 = b21.fma(a20, c0_1);
                FloatVector a21 = zero.broadcast(a[ap + 97]);
                c1_0 = b20.fma(a21, c1_0);
                c1_1 = b21.fma(a21, c1_1);
                FloatVector a22 = zero.broadcast(a[ap + 98]);
                c2_0 = b20.fma(a22, c2_0);
                c2_1 = b21.fma(a22, c2_1);
                FloatVector a23 = zero.broadcast(a[ap + 99]);
                c3_0 = b20.fma(a23, c3_0);
                c3_1 = b21.fma(a23, c3_1);
                FloatVector a24 = zero.broadcast(a[ap + 100]);
                c4_0 = b20.fma(a24, c4_0);
                c4_1 = b21.fma(a24, c4_1);
                FloatVector a25 = zero.broadcast(a[ap + 101]);
                c5_0 = b20.fma(a25, c5_0);
                c5_1 = b21.fma(a25, c5_1);
                FloatVector b30 = FloatVector.fromMemorySegment(F, b, bp + 192, LE);
                FloatVector b31 = FloatVector.fromMemorySegment(F, b, bp + 224, LE);
                FloatVector a30 = zero.broadcast(a[ap + 144]);
                c0_0 = b30.fma(a30, c0_0);
                c0_1 = b31.fma(a30, c0_1);
                FloatVector a31 = zero.broadcast(a[ap + 145]);
                c1_0 = b30.fma(a31, c1_0);
                c1_1 = b31.fma(a31, c1_1);
                FloatVector a32 = zero.broadcast(a[ap + 146]);
                c2_0 = b30.fma(a32, c2_0);
                c2_1 = b31.fma(a32, c2_1);
                FloatVector a33 = zero.broadcast(a[ap + 147]);
                c3_0 = b30.fma(a33, c3_0);
                c3_1 = b31.fma(a33, c3_1);
                FloatVector a34 = zero.broadcast(a[ap + 148]);
                c4_0 = b30.fma(a34, c4_0);
                c4_1 = b31.fma(a34, c4_1);
                FloatVector a35 = zero.broadcast(a[ap + 149]);
                c5_0 = b30.fma(a35, c5_0);
                c5_1 = b31.fma(a35, c5_1);
                ap += 192;
                bp += 256;
            }
            c0_0.add(FloatVector.fromMemorySegment(F, c, to0, LE)).intoMemorySegment(c, to0, LE);
            c0_1.add(FloatVector.fromMemorySegment(F, c, to0 + 32, LE)).intoMemorySegment(c, to0 + 32, LE);
            c1_0.add(FloatVector.fromMemorySegment(F, c, to1, LE)).intoMemorySegment(c, to1, LE);
            c1_1.add(FloatVector.fromMemorySegment(F, c, to1 + 32, LE)).intoMemorySegment(c, to1 + 32, LE);
            c2_0.add(FloatVector.fromMemorySegment(F, c, to2, LE)).intoMemorySegment(c, to2, LE);
            c2_1.add(FloatVector.fromMemorySegment(F, c, to2 + 32, LE)).intoMemorySegment(c, to2 + 32, LE);
            c3_0.add(FloatVector.fromMemorySegment(F, c, to3, LE)).intoMemorySegment(c, to3, LE);
            c3_1.add(FloatVector.fromMemorySegment(F, c, to3 + 32, LE)).intoMemorySegment(c, to3 + 32, LE);
            c4_0.add(FloatVector.fromMemorySegment(F, c, to4, LE)).intoMemorySegment(c, to4, LE);
            c4_1.add(FloatVector.fromMemorySegment(F, c, to4 + 32, LE)).intoMemorySegment(c, to4 + 32, LE);
            c5_0.add(FloatVector.fromMemorySegment(F, c, to5, LE)).intoMemorySegment(c, to5, LE);
            c5_1.add(FloatVector.fromMemorySegment(F, c, to5 + 32, LE)).intoMemorySegment(c, to5 + 32, LE);
        }
    }
}
