package dev.airfoil.kernels.cpu.pointwise;

import static dev.airfoil.kernels.cpu.vector.Lanes.F;
import static dev.airfoil.kernels.cpu.vector.Lanes.LE;
import static dev.airfoil.kernels.cpu.vector.Lanes.N;
import static dev.airfoil.kernels.cpu.vector.Lanes.offHeap;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.XOR;

import dev.airfoil.kernels.cpu.vector.Lanes;
import dev.airfoil.tensor.random.BoxMuller;
import dev.airfoil.tensor.random.Philox;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link Philox} and {@link BoxMuller} by vectors, bit for bit: the same operations, all exactly rounded. First the words
 * are written to where the numbers will stand: those for the radii of {@code N / 2} blocks (0 and 2 of each), then those
 * for the angles (1 and 3). A second loop makes numbers of them; one loop for both would not fit the registers.
 */
final class VectorPhilox {
    /** Numbers that a vector of radii and one of angles make, and those that they are made in. */
    private static final int PAIRS = 2 * N;

    static final int GROUP = 2 * PAIRS;

    private static final VectorSpecies<Long> LONGS = F.vectorShape().withLanes(long.class);
    private static final VectorSpecies<Integer> INTS = F.vectorShape().withLanes(int.class);
    private static final LongVector COUNT = LongVector.zero(LONGS).addIndex(1);
    private static final long LOW = 0xffffffffL;
    private static final VectorMask<Float> ODD = VectorMask.fromLong(F, 0xaaaa);

    private VectorPhilox() {}

    /**
     * Numbers {@code from .. from + n} in [0, 1).
     *
     * @param from a multiple of 4
     * @param n a multiple of {@link #GROUP}
     */
    static void uniform(long seed, long stream, long from, MemorySegment y, long yo, int n) {
        words(seed, stream, from / 4, y, yo, n);
        uniforms(y, yo, n);
    }

    /** As {@link #uniform}, standard normal numbers. */
    static void normal(long seed, long stream, long from, MemorySegment y, long yo, int n) {
        words(seed, stream, from / 4, y, yo, n);
        radii(y, yo, n);
        turns(y, yo, n);
    }

    /**
     * Two groups at a time, since a round waits for the one before. The upper halves of the long lanes hold what is left
     * of products; to mask the factors, the constant one too, tells the compiler that 32 bits of each are enough.
     */
    private static void words(long seed, long stream, long block, MemorySegment y, long yo, int n) {
        MemorySegment out = offHeap(y);
        LongVector m0 = LongVector.broadcast(LONGS, Philox.MULTIPLIER_0).and(LOW);
        LongVector m1 = LongVector.broadcast(LONGS, Philox.MULTIPLIER_1).and(LOW);
        for (int j = 0; j < n; j += GROUP) {
            LongVector a0 = COUNT.add(block + j / 4);
            LongVector a1 = a0.lanewise(LSHR, 32);
            LongVector a2 = LongVector.broadcast(LONGS, stream);
            LongVector a3 = LongVector.broadcast(LONGS, stream >>> 32);
            LongVector b0 = COUNT.add(block + (j + PAIRS) / 4);
            LongVector b1 = b0.lanewise(LSHR, 32);
            LongVector b2 = a2;
            LongVector b3 = a3;
            int k0 = (int) seed;
            int k1 = (int) (seed >>> 32);
            for (int round = 0; round < Philox.ROUNDS; round++) {
                LongVector p = a0.and(LOW).mul(m0);
                LongVector q = a2.and(LOW).mul(m1);
                a0 = q.lanewise(LSHR, 32).lanewise(XOR, a1).lanewise(XOR, k0);
                a1 = q;
                a2 = p.lanewise(LSHR, 32).lanewise(XOR, a3).lanewise(XOR, k1);
                a3 = p;
                p = b0.and(LOW).mul(m0);
                q = b2.and(LOW).mul(m1);
                b0 = q.lanewise(LSHR, 32).lanewise(XOR, b1).lanewise(XOR, k0);
                b1 = q;
                b2 = p.lanewise(LSHR, 32).lanewise(XOR, b3).lanewise(XOR, k1);
                b3 = p;
                k0 += Philox.KEY_STEP_0;
                k1 += Philox.KEY_STEP_1;
            }
            // Shifts, since a mask would be taken for that of the next round, and no longer stand before its product.
            long at = yo + 4L * j;
            a0.lanewise(LSHL, 32).lanewise(LSHR, 32).or(a2.lanewise(LSHL, 32)).intoMemorySegment(out, at, LE);
            a1.lanewise(LSHL, 32).lanewise(LSHR, 32).or(a3.lanewise(LSHL, 32)).intoMemorySegment(out, at + 4L * N, LE);
            b0.lanewise(LSHL, 32).lanewise(LSHR, 32).or(b2.lanewise(LSHL, 32)).intoMemorySegment(out, at + 8L * N, LE);
            b1.lanewise(LSHL, 32).lanewise(LSHR, 32).or(b3.lanewise(LSHL, 32)).intoMemorySegment(out, at + 12L * N, LE);
        }
    }

    private static void uniforms(MemorySegment y, long yo, int n) {
        MemorySegment out = offHeap(y);
        for (int j = 0; j < n; j += PAIRS) {
            long at = yo + 4L * j;
            FloatVector a = unit(IntVector.fromMemorySegment(INTS, out, at, LE));
            FloatVector b = unit(IntVector.fromMemorySegment(INTS, out, at + 4L * N, LE));
            a.rearrange(Lanes.FIRST_HALF)
                    .blend(b.rearrange(Lanes.FIRST_HALF), ODD)
                    .intoMemorySegment(out, at, LE);
            a.rearrange(Lanes.SECOND_HALF)
                    .blend(b.rearrange(Lanes.SECOND_HALF), ODD)
                    .intoMemorySegment(out, at + 4L * N, LE);
        }
    }

    private static FloatVector unit(IntVector bits) {
        return floats(bits.lanewise(LSHR, 8)).mul(0x1p-24f);
    }

    private static void radii(MemorySegment y, long yo, int n) {
        MemorySegment out = offHeap(y);
        for (int j = 0; j < n; j += PAIRS) {
            long at = yo + 4L * j;
            squareRoot(minusTwoLog(IntVector.fromMemorySegment(INTS, out, at, LE)))
                    .intoMemorySegment(out, at, LE);
        }
    }

    private static void turns(MemorySegment y, long yo, int n) {
        MemorySegment out = offHeap(y);
        for (int j = 0; j < n; j += PAIRS) {
            long at = yo + 4L * j;
            FloatVector r = FloatVector.fromMemorySegment(F, out, at, LE);
            IntVector w = IntVector.fromMemorySegment(INTS, out, at + 4L * N, LE);
            IntVector quarter = w.add(0x20000000).lanewise(LSHR, 30);
            FloatVector t = floats(w.sub(quarter.lanewise(LSHL, 30))).mul(0x1p-30f);
            FloatVector z = t.mul(t);
            IntVector s = sine(t, z).reinterpretAsInts();
            IntVector c = cosine(z).reinterpretAsInts();
            IntVector swapped = s.lanewise(XOR, c).and(quarter.and(1).neg());
            FloatVector a = signed(c, swapped, quarter.add(1)).mul(r);
            FloatVector b = signed(s, swapped, quarter).mul(r);
            a.rearrange(Lanes.FIRST_HALF)
                    .blend(b.rearrange(Lanes.FIRST_HALF), ODD)
                    .intoMemorySegment(out, at, LE);
            a.rearrange(Lanes.SECOND_HALF)
                    .blend(b.rearrange(Lanes.SECOND_HALF), ODD)
                    .intoMemorySegment(out, at + 4L * N, LE);
        }
    }

    private static FloatVector floats(IntVector numbers) {
        return (FloatVector) numbers.convertShape(I2F, F, 0);
    }

    private static FloatVector minusTwoLog(IntVector w) {
        IntVector bits = floats(w.lanewise(LSHR, 1)).add(0.5f).reinterpretAsInts();
        IntVector exponent = bits.sub(BoxMuller.SQRT_HALF_BITS).lanewise(ASHR, 23);
        FloatVector f =
                bits.sub(exponent.lanewise(LSHL, 23)).reinterpretAsFloats().sub(1);
        FloatVector p = f.fma(broadcast(BoxMuller.LOG_8), broadcast(BoxMuller.LOG_7))
                .fma(f, broadcast(BoxMuller.LOG_6))
                .fma(f, broadcast(BoxMuller.LOG_5))
                .fma(f, broadcast(BoxMuller.LOG_4))
                .fma(f, broadcast(BoxMuller.LOG_3))
                .fma(f, broadcast(BoxMuller.LOG_2))
                .fma(f, broadcast(BoxMuller.LOG_1))
                .fma(f, broadcast(BoxMuller.LOG_0));
        return floats(exponent.neg().add(31)).fma(broadcast(BoxMuller.TWO_LN_2), p.mul(f));
    }

    private static FloatVector squareRoot(FloatVector x) {
        FloatVector y = IntVector.broadcast(INTS, BoxMuller.RSQRT_BITS)
                .sub(x.reinterpretAsInts().lanewise(ASHR, 1))
                .reinterpretAsFloats();
        FloatVector half = x.mul(-0.5f);
        y = half.mul(y).fma(y, broadcast(1.5f)).mul(y);
        y = half.mul(y).fma(y, broadcast(1.5f)).mul(y);
        FloatVector root = x.mul(y);
        return root.neg().fma(root, x).fma(y.mul(0.5f), root);
    }

    private static FloatVector sine(FloatVector t, FloatVector z) {
        return z.fma(broadcast(BoxMuller.SIN_3), broadcast(BoxMuller.SIN_2))
                .fma(z, broadcast(BoxMuller.SIN_1))
                .fma(z, broadcast(BoxMuller.SIN_0))
                .mul(t);
    }

    private static FloatVector cosine(FloatVector z) {
        return z.fma(broadcast(BoxMuller.COS_3), broadcast(BoxMuller.COS_2))
                .fma(z, broadcast(BoxMuller.COS_1))
                .fma(z, broadcast(BoxMuller.COS_0))
                .fma(z, broadcast(1));
    }

    /** The sine or the cosine, whichever it is in this quarter, negated where bit 1 of {@code sign} is set. */
    private static FloatVector signed(IntVector bits, IntVector swapped, IntVector sign) {
        return bits.lanewise(XOR, swapped)
                .lanewise(XOR, sign.and(2).lanewise(LSHL, 30))
                .reinterpretAsFloats();
    }

    private static FloatVector broadcast(float number) {
        return FloatVector.broadcast(F, number);
    }
}
