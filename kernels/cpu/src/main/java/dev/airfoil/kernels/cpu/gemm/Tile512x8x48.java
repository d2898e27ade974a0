package dev.airfoil.kernels.cpu.gemm;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** 24 accumulators of the 32 registers of AVX-512; for matrix products. Written by TileGenerator. */
final class Tile512x8x48 implements Tile {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_512;
    private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;

    @Override
    public int rows() {
        return 8;
    }

    @Override
    public int columns() {
        return 48;
    }

    @Override
    public void zero(
            int k, float[] a, int ao, int as, MemorySegment b, long bo, long bs, MemorySegment c, long co, long cs) {
        FloatVector c0_0 = FloatVector.zero(F);
        FloatVector c0_1 = FloatVector.zero(F);
        FloatVector c0_2 = FloatVector.zero(F);
        FloatVector c1_0 = FloatVector.zero(F);
        FloatVector c1_1 = FloatVector.zero(F);
        FloatVector c1_2 = FloatVector.zero(F);
        FloatVector c2_0 = FloatVector.zero(F);
        FloatVector c2_1 = FloatVector.zero(F);
        FloatVector c2_2 = FloatVector.zero(F);
        FloatVector c3_0 = FloatVector.zero(F);
        FloatVector c3_1 = FloatVector.zero(F);
        FloatVector c3_2 = FloatVector.zero(F);
        FloatVector c4_0 = FloatVector.zero(F);
        FloatVector c4_1 = FloatVector.zero(F);
        FloatVector c4_2 = FloatVector.zero(F);
        FloatVector c5_0 = FloatVector.zero(F);
        FloatVector c5_1 = FloatVector.zero(F);
        FloatVector c5_2 = FloatVector.zero(F);
        FloatVector c6_0 = FloatVector.zero(F);
        FloatVector c6_1 = FloatVector.zero(F);
        FloatVector c6_2 = FloatVector.zero(F);
        FloatVector c7_0 = FloatVector.zero(F);
        FloatVector c7_1 = FloatVector.zero(F);
        FloatVector c7_2 = FloatVector.zero(F);
        int ap = ao;
        long bp = bo;
        int end = ao + k * as;
        while (ap != end) {
            FloatVector b0 = FloatVector.fromMemorySegment(F, b, bp, LE);
            FloatVector b1 = FloatVector.fromMemorySegment(F, b, bp + 64, LE);
            FloatVector b2 = FloatVector.fromMemorySegment(F, b, bp + 128, LE);
            FloatVector a0 = FloatVector.broadcast(F, a[ap]);
            c0_0 = b0.fma(a0, c0_0);
            c0_1 = b1.fma(a0, c0_1);
            c0_2 = b2.fma(a0, c0_2);
            FloatVector a1 = FloatVector.broadcast(F, a[ap + 1]);
            c1_0 = b0.fma(a1, c1_0);
            c1_1 = b1.fma(a1, c1_1);
            c1_2 = b2.fma(a1, c1_2);
            FloatVector a2 = FloatVector.broadcast(F, a[ap + 2]);
            c2_0 = b0.fma(a2, c2_0);
            c2_1 = b1.fma(a2, c2_1);
            c2_2 = b2.fma(a2, c2_2);
            FloatVector a3 = FloatVector.broadcast(F, a[ap + 3]);
            c3_0 = b0.fma(a3, c3_0);
            c3_1 = b1.fma(a3, c3_1);
            c3_2 = b2.fma(a3, c3_2);
            FloatVector a4 = FloatVector.broadcast(F, a[ap + 4]);
            c4_0 = b0.fma(a4, c4_0);
            c4_1 = b1.fma(a4, c4_1);
            c4_2 = b2.fma(a4, c4_2);
            FloatVector a5 = FloatVector.broadcast(F, a[ap + 5]);
            c5_0 = b0.fma(a5, c5_0);
            c5_1 = b1.fma(a5, c5_1);
            c5_2 = b2.fma(a5, c5_2);
            FloatVector a6 = FloatVector.broadcast(F, a[ap + 6]);
            c6_0 = b0.fma(a6, c6_0);
            c6_1 = b1.fma(a6, c6_1);
            c6_2 = b2.fma(a6, c6_2);
            FloatVector a7 = FloatVector.broadcast(F, a[ap + 7]);
            c7_0 = b0.fma(a7, c7_0);
            c7_1 = b1.fma(a7, c7_1);
            c7_2 = b2.fma(a7, c7_2);
            ap += as;
            bp += bs;
        }
        c0_0.intoMemorySegment(c, co, LE);
        c0_1.intoMemorySegment(c, co + 64, LE);
        c0_2.intoMemorySegment(c, co + 128, LE);
        c1_0.intoMemorySegment(c, co + cs, LE);
        c1_1.intoMemorySegment(c, co + cs + 64, LE);
        c1_2.intoMemorySegment(c, co + cs + 128, LE);
        c2_0.intoMemorySegment(c, co + 2 * cs, LE);
        c2_1.intoMemorySegment(c, co + 2 * cs + 64, LE);
        c2_2.intoMemorySegment(c, co + 2 * cs + 128, LE);
        c3_0.intoMemorySegment(c, co + 3 * cs, LE);
        c3_1.intoMemorySegment(c, co + 3 * cs + 64, LE);
        c3_2.intoMemorySegment(c, co + 3 * cs + 128, LE);
        c4_0.intoMemorySegment(c, co + 4 * cs, LE);
        c4_1.intoMemorySegment(c, co + 4 * cs + 64, LE);
        c4_2.intoMemorySegment(c, co + 4 * cs + 128, LE);
        c5_0.intoMemorySegment(c, co + 5 * cs, LE);
        c5_1.intoMemorySegment(c, co + 5 * cs + 64, LE);
        c5_2.intoMemorySegment(c, co + 5 * cs + 128, LE);
        c6_0.intoMemorySegment(c, co + 6 * cs, LE);
        c6_1.intoMemorySegment(c, co + 6 * cs + 64, LE);
        c6_2.intoMemorySegment(c, co + 6 * cs + 128, LE);
        c7_0.intoMemorySegment(c, co + 7 * cs, LE);
        c7_1.intoMemorySegment(c, co + 7 * cs + 64, LE);
        c7_2.intoMemorySegment(c, co + 7 * cs + 128, LE);
    }

    @Override
    public void add(
            int k, float[] a, int ao, int as, MemorySegment b, long bo, long bs, MemorySegment c, long co, long cs) {
        FloatVector c0_0 = FloatVector.fromMemorySegment(F, c, co, LE);
        FloatVector c0_1 = FloatVector.fromMemorySegment(F, c, co + 64, LE);
        FloatVector c0_2 = FloatVector.fromMemorySegment(F, c, co + 128, LE);
        FloatVector c1_0 = FloatVector.fromMemorySegment(F, c, co + cs, LE);
        FloatVector c1_1 = FloatVector.fromMemorySegment(F, c, co + cs + 64, LE);
        FloatVector c1_2 = FloatVector.fromMemorySegment(F, c, co + cs + 128, LE);
        FloatVector c2_0 = FloatVector.fromMemorySegment(F, c, co + 2 * cs, LE);
        FloatVector c2_1 = FloatVector.fromMemorySegment(F, c, co + 2 * cs + 64, LE);
        FloatVector c2_2 = FloatVector.fromMemorySegment(F, c, co + 2 * cs + 128, LE);
        FloatVector c3_0 = FloatVector.fromMemorySegment(F, c, co + 3 * cs, LE);
        FloatVector c3_1 = FloatVector.fromMemorySegment(F, c, co + 3 * cs + 64, LE);
        FloatVector c3_2 = FloatVector.fromMemorySegment(F, c, co + 3 * cs + 128, LE);
        FloatVector c4_0 = FloatVector.fromMemorySegment(F, c, co + 4 * cs, LE);
        FloatVector c4_1 = FloatVector.fromMemorySegment(F, c, co + 4 * cs + 64, LE);
        FloatVector c4_2 = FloatVector.fromMemorySegment(F, c, co + 4 * cs + 128, LE);
        FloatVector c5_0 = FloatVector.fromMemorySegment(F, c, co + 5 * cs, LE);
        FloatVector c5_1 = FloatVector.fromMemorySegment(F, c, co + 5 * cs + 64, LE);
        FloatVector c5_2 = FloatVector.fromMemorySegment(F, c, co + 5 * cs + 128, LE);
        FloatVector c6_0 = FloatVector.fromMemorySegment(F, c, co + 6 * cs, LE);
        FloatVector c6_1 = FloatVector.fromMemorySegment(F, c, co + 6 * cs + 64, LE);
        FloatVector c6_2 = FloatVector.fromMemorySegment(F, c, co + 6 * cs + 128, LE);
        FloatVector c7_0 = FloatVector.fromMemorySegment(F, c, co + 7 * cs, LE);
        FloatVector c7_1 = FloatVector.fromMemorySegment(F, c, co + 7 * cs + 64, LE);
        FloatVector c7_2 = FloatVector.fromMemorySegment(F, c, co + 7 * cs + 128, LE);
        int ap = ao;
        long bp = bo;
        int end = ao + k * as;
        while (ap != end) {
            FloatVector b0 = FloatVector.fromMemorySegment(F, b, bp, LE);
            FloatVector b1 = FloatVector.fromMemorySegment(F, b, bp + 64, LE);
            FloatVector b2 = FloatVector.fromMemorySegment(F, b, bp + 128, LE);
            FloatVector a0 = FloatVector.broadcast(F, a[ap]);
            c0_0 = b0.fma(a0, c0_0);
            c0_1 = b1.fma(a0, c0_1);
            c0_2 = b2.fma(a0, c0_2);
            FloatVector a1 = FloatVector.broadcast(F, a[ap + 1]);
            c1_0 = b0.fma(a1, c1_0);
            c1_1 = b1.fma(a1, c1_1);
            c1_2 = b2.fma(a1, c1_2);
            FloatVector a2 = FloatVector.broadcast(F, a[ap + 2]);
            c2_0 = b0.fma(a2, c2_0);
            c2_1 = b1.fma(a2, c2_1);
            c2_2 = b2.fma(a2, c2_2);
            FloatVector a3 = FloatVector.broadcast(F, a[ap + 3]);
            c3_0 = b0.fma(a3, c3_0);
            c3_1 = b1.fma(a3, c3_1);
            c3_2 = b2.fma(a3, c3_2);
            FloatVector a4 = FloatVector.broadcast(F, a[ap + 4]);
            c4_0 = b0.fma(a4, c4_0);
            c4_1 = b1.fma(a4, c4_1);
            c4_2 = b2.fma(a4, c4_2);
            FloatVector a5 = FloatVector.broadcast(F, a[ap + 5]);
            c5_0 = b0.fma(a5, c5_0);
            c5_1 = b1.fma(a5, c5_1);
            c5_2 = b2.fma(a5, c5_2);
            FloatVector a6 = FloatVector.broadcast(F, a[ap + 6]);
            c6_0 = b0.fma(a6, c6_0);
            c6_1 = b1.fma(a6, c6_1);
            c6_2 = b2.fma(a6, c6_2);
            FloatVector a7 = FloatVector.broadcast(F, a[ap + 7]);
            c7_0 = b0.fma(a7, c7_0);
            c7_1 = b1.fma(a7, c7_1);
            c7_2 = b2.fma(a7, c7_2);
            ap += as;
            bp += bs;
        }
        c0_0.intoMemorySegment(c, co, LE);
        c0_1.intoMemorySegment(c, co + 64, LE);
        c0_2.intoMemorySegment(c, co + 128, LE);
        c1_0.intoMemorySegment(c, co + cs, LE);
        c1_1.intoMemorySegment(c, co + cs + 64, LE);
        c1_2.intoMemorySegment(c, co + cs + 128, LE);
        c2_0.intoMemorySegment(c, co + 2 * cs, LE);
        c2_1.intoMemorySegment(c, co + 2 * cs + 64, LE);
        c2_2.intoMemorySegment(c, co + 2 * cs + 128, LE);
        c3_0.intoMemorySegment(c, co + 3 * cs, LE);
        c3_1.intoMemorySegment(c, co + 3 * cs + 64, LE);
        c3_2.intoMemorySegment(c, co + 3 * cs + 128, LE);
        c4_0.intoMemorySegment(c, co + 4 * cs, LE);
        c4_1.intoMemorySegment(c, co + 4 * cs + 64, LE);
        c4_2.intoMemorySegment(c, co + 4 * cs + 128, LE);
        c5_0.intoMemorySegment(c, co + 5 * cs, LE);
        c5_1.intoMemorySegment(c, co + 5 * cs + 64, LE);
        c5_2.intoMemorySegment(c, co + 5 * cs + 128, LE);
        c6_0.intoMemorySegment(c, co + 6 * cs, LE);
        c6_1.intoMemorySegment(c, co + 6 * cs + 64, LE);
        c6_2.intoMemorySegment(c, co + 6 * cs + 128, LE);
        c7_0.intoMemorySegment(c, co + 7 * cs, LE);
        c7_1.intoMemorySegment(c, co + 7 * cs + 64, LE);
        c7_2.intoMemorySegment(c, co + 7 * cs + 128, LE);
    }
}
