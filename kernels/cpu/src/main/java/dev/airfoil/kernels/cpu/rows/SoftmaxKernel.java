package dev.airfoil.kernels.cpu.rows;

import static dev.airfoil.kernels.cpu.vector.Lanes.F;
import static dev.airfoil.kernels.cpu.vector.Lanes.LE;
import static dev.airfoil.kernels.cpu.vector.Lanes.N;
import static dev.airfoil.kernels.cpu.vector.Lanes.offHeap;

import dev.airfoil.kernels.cpu.Call;
import dev.airfoil.kernels.cpu.CpuKernel;
import dev.airfoil.kernels.cpu.Floats;
import dev.airfoil.kernels.cpu.Scratch;
import dev.airfoil.kernels.cpu.vector.Lanes;
import dev.airfoil.kernels.cpu.vector.VectorMath;
import dev.airfoil.tensor.ops.Softmax;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Rows in parallel: maximum, exponentials with their sum, division. A row's first vector overlaps the others, which are
 * whole, of any alignment, and end with the row. A row shorter than a vector is made one, of which nothing is added.
 *
 * <p>The loops end where their offset equals the end: not a loop that counts to the compiler, which then checks bounds at
 * each access. For one that counts it works out ahead which turns need no check, and that is a third of the time that the
 * maximum of 333 elements takes. Rows of middle length are looked through for their maximum while the exponentials of the
 * one before are computed.
 */
public final class SoftmaxKernel implements CpuKernel<Softmax> {
    private static final long VECTOR = 4L * N;
    /** Fewer elements in a row come soon enough; more push each other out of the first-level cache. */
    private static final int LEAST_AHEAD = 512;

    private static final int MOST_AHEAD = 4_096;
    /** No next row. */
    private static final long NONE = -1;

    @Override
    public void run(Softmax op, Call call) {
        int d = call.in(0).dim(-1);
        boolean ahead = d >= LEAST_AHEAD && d <= MOST_AHEAD;
        Floats x = call.dense(0);
        Floats y = call.result(0);
        call.pool().splitIf(call.in(0).size() > 8_192, LayerNormKernel.rows(call, d), (from, to) -> {
            try (Scratch own = Scratch.borrow()) {
                MemorySegment spare = own.segment(0, 2 * N);
                for (int i = from; i < to; i++) {
                    long at = (long) i * d;
                    if (d >= N) {
                        float max = ahead && i > from ? max(spare, VECTOR, N) : max(x.data(), x.at(at), d);
                        long next = ahead && i + 1 < to ? x.at(at + d) : NONE;
                        row(x.data(), x.at(at), max, next, y.data(), y.at(at), d, spare);
                    } else {
                        shortRow(x.data(), x.at(at), y.data(), y.at(at), d, spare);
                    }
                }
            }
        });
    }

    private static void shortRow(MemorySegment x, long xo, MemorySegment y, long yo, int d, MemorySegment spare) {
        for (int j = d; j < N; j++) {
            Lanes.set(spare, VECTOR + 4L * j, Float.NEGATIVE_INFINITY);
        }
        MemorySegment.copy(x, xo, spare, VECTOR, 4L * d);
        row(spare, VECTOR, max(spare, VECTOR, N), NONE, spare, VECTOR, N, spare);
        MemorySegment.copy(spare, VECTOR, y, yo, 4L * d);
    }

    /**
     * @param next byte of the row behind this one, whose largest elements are left in the second vector of spare, or none
     * @param spare holds the exponentials of the first vector
     */
    private static void row(
            MemorySegment x, long xo, float max, long next, MemorySegment y, long yo, int d, MemorySegment spare) {
        VectorMath.exp(FloatVector.fromMemorySegment(F, x, xo, LE).sub(max)).intoMemorySegment(offHeap(spare), 0, LE);
        float sum = next == NONE
                ? exponentials(x, xo, max, y, yo, d, spare)
                : exponentialsAhead(x, xo, max, next, y, yo, d, spare);
        scale(y, yo, 1 / sum, d, spare);
    }

    /** The largest element but NaN, since that makes all of the row NaN anyway, or -infinity. */
    private static float max(MemorySegment x, long xo, int d) {
        MemorySegment in = offHeap(x);
        long last = 4L * d - VECTOR;
        FloatVector low = FloatVector.broadcast(F, Float.NEGATIVE_INFINITY);
        FloatVector a = larger(low, FloatVector.fromMemorySegment(F, in, xo, LE));
        FloatVector b = larger(low, FloatVector.fromMemorySegment(F, in, xo + Math.min(VECTOR, last), LE));
        FloatVector c = larger(low, FloatVector.fromMemorySegment(F, in, xo + Math.min(2 * VECTOR, last), LE));
        FloatVector e = larger(low, FloatVector.fromMemorySegment(F, in, xo + Math.min(3 * VECTOR, last), LE));
        long end = xo + 4L * d;
        for (long at = xo + 4L * (d % (4 * N)); at != end; at += 4 * VECTOR) {
            a = larger(a, FloatVector.fromMemorySegment(F, in, at, LE));
            b = larger(b, FloatVector.fromMemorySegment(F, in, at + VECTOR, LE));
            c = larger(c, FloatVector.fromMemorySegment(F, in, at + 2 * VECTOR, LE));
            e = larger(e, FloatVector.fromMemorySegment(F, in, at + 3 * VECTOR, LE));
        }
        // As integers of the same order: the maximum of floats looks for NaN and the signs of zeros.
        IntVector bits = larger(larger(a, b), larger(c, e)).reinterpretAsInts();
        IntVector signs = bits.lanewise(VectorOperators.ASHR, 31);
        int max =
                bits.lanewise(VectorOperators.XOR, signs.and(Integer.MAX_VALUE)).reduceLanes(VectorOperators.MAX);
        return Float.intBitsToFloat(max ^ max >> 31 & Integer.MAX_VALUE);
    }

    private static FloatVector larger(FloatVector a, FloatVector b) {
        return a.blend(b, a.lt(b));
    }

    private static float exponentials(
            MemorySegment x, long xo, float max, MemorySegment y, long yo, int d, MemorySegment spare) {
        MemorySegment in = offHeap(x);
        MemorySegment out = offHeap(y);
        FloatVector first = FloatVector.fromMemorySegment(F, spare, 0, LE);
        FloatVector sum = FloatVector.zero(F).blend(first, F.indexInRange(0, d % N));
        long end = 4L * d;
        for (long j = 4L * (d % N); j != end; j += VECTOR) {
            FloatVector e = VectorMath.exp(
                    FloatVector.fromMemorySegment(F, in, xo + j, LE).sub(max));
            e.intoMemorySegment(out, yo + j, LE);
            sum = sum.add(e);
        }
        return Lanes.sum(sum);
    }

    /** While these are computed, the next row comes from memory. */
    private static float exponentialsAhead(
            MemorySegment x, long xo, float max, long next, MemorySegment y, long yo, int d, MemorySegment spare) {
        MemorySegment in = offHeap(x);
        MemorySegment out = offHeap(y);
        FloatVector first = FloatVector.fromMemorySegment(F, spare, 0, LE);
        FloatVector sum = FloatVector.zero(F).blend(first, F.indexInRange(0, d % N));
        FloatVector low = FloatVector.broadcast(F, Float.NEGATIVE_INFINITY);
        FloatVector most = larger(low, FloatVector.fromMemorySegment(F, in, next, LE));
        long end = 4L * d;
        for (long j = 4L * (d % N); j != end; j += VECTOR) {
            FloatVector e = VectorMath.exp(
                    FloatVector.fromMemorySegment(F, in, xo + j, LE).sub(max));
            e.intoMemorySegment(out, yo + j, LE);
            sum = sum.add(e);
            most = larger(most, FloatVector.fromMemorySegment(F, in, next + j, LE));
        }
        most.intoMemorySegment(offHeap(spare), VECTOR, LE);
        return Lanes.sum(sum);
    }

    private static void scale(MemorySegment y, long yo, float factor, int d, MemorySegment spare) {
        MemorySegment out = offHeap(y);
        long at = yo + 4L * (d % N);
        for (long end = yo + 4L * (d % (4 * N)); at != end; at += VECTOR) {
            FloatVector.fromMemorySegment(F, out, at, LE).mul(factor).intoMemorySegment(out, at, LE);
        }
        for (long end = yo + 4L * d; at != end; at += 4 * VECTOR) {
            MemorySegment four = out.asSlice(at, 4 * VECTOR);
            FloatVector.fromMemorySegment(F, four, 0, LE).mul(factor).intoMemorySegment(four, 0, LE);
            FloatVector.fromMemorySegment(F, four, VECTOR, LE).mul(factor).intoMemorySegment(four, VECTOR, LE);
            FloatVector.fromMemorySegment(F, four, 2 * VECTOR, LE).mul(factor).intoMemorySegment(four, 2 * VECTOR, LE);
            FloatVector.fromMemorySegment(F, four, 3 * VECTOR, LE).mul(factor).intoMemorySegment(four, 3 * VECTOR, LE);
        }
        FloatVector.fromMemorySegment(F, spare, 0, LE).mul(factor).intoMemorySegment(out, yo, LE);
    }
}
