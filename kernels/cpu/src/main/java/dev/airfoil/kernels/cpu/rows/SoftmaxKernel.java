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
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * Rows in parallel; one loop for three of them, so that none waits for another's sums over its lanes and memory is asked
 * for the next row early:
 *
 * <pre>
 *   row i-1: y /= sum        row i: y = exp(x - max), sum        row i+1: max
 * </pre>
 *
 * The first row is also its own row before, times one, and the last its own next. A row's first vector overlaps the
 * others, which are whole, of any alignment, and end with the row. Rows shorter than a vector are made vectors first, some
 * at once.
 *
 * <p>The loops end where their offset equals the end: not a loop that counts to the compiler, which would work out ahead
 * which turns need no check of bounds; for a row of 333 elements that takes longer than the checks. The slices are
 * equally long, and so share theirs.
 */
public final class SoftmaxKernel implements CpuKernel<Softmax> {
    private static final long VECTOR = 4L * N;
    /** So many are made vectors at once. */
    private static final int SHORT_ROWS = 32;

    @Override
    public void run(Softmax op, Call call) {
        int d = call.in(0).dim(-1);
        Floats x = call.dense(0);
        Floats y = call.result(0);
        call.pool().splitIf(call.in(0).size() > 8_192, LayerNormKernel.rows(call, d), (from, to) -> {
            long first = (long) from * d;
            if (d >= N) {
                rows(x.data(), x.at(first), y.data(), y.at(first), to - from, d);
                return;
            }
            try (Scratch own = Scratch.borrow()) {
                MemorySegment spare = own.segment(0, 2 * SHORT_ROWS * N);
                for (int i = from; i < to; i += SHORT_ROWS) {
                    long at = (long) i * d;
                    shortRows(x.data(), x.at(at), y.data(), y.at(at), Math.min(SHORT_ROWS, to - i), d, spare);
                }
            }
        });
    }

    private static void shortRows(
            MemorySegment x, long xo, MemorySegment y, long yo, int rows, int d, MemorySegment spare) {
        MemorySegment results = spare.asSlice(SHORT_ROWS * VECTOR);
        VectorMask<Float> real = F.indexInRange(0, d);
        FloatVector low = FloatVector.broadcast(F, Float.NEGATIVE_INFINITY);
        for (int i = 0; i < rows; i++) {
            low.blend(FloatVector.fromMemorySegment(F, x, xo + 4L * i * d, LE, real), real)
                    .intoMemorySegment(offHeap(spare), i * VECTOR, LE);
        }
        rows(spare, 0, results, 0, rows, N);
        for (int i = 0; i < rows; i++) {
            FloatVector.fromMemorySegment(F, results, i * VECTOR, LE)
                    .intoMemorySegment(offHeap(y), yo + 4L * i * d, LE, real);
        }
    }

    private static void rows(MemorySegment x, long xo, MemorySegment y, long yo, int rows, int d) {
        float[] lanes = new float[2 * N];
        long row = 4L * d;
        max(x.asSlice(xo, row), d, lanes);
        float factor = 1;
        for (int i = 0; i < rows; i++) {
            long at = i * row;
            long before = Math.max(0, at - row);
            long next = Math.min(at + row, (rows - 1) * row);
            row(x, xo + at, xo + next, largest(lanes), y, yo + at, yo + before, factor, d, lanes);
            factor = 1 / Lanes.sum(lanes, N);
        }
        scale(y.asSlice(yo + (rows - 1) * row, row), factor, d);
    }

    /**
     * @param lanes to the first N go the largest elements of the row at {@code next}, to the others the sums of this one's
     *     exponentials
     */
    private static void row(
            MemorySegment x,
            long xo,
            long next,
            float max,
            MemorySegment y,
            long yo,
            long before,
            float factor,
            int d,
            float[] lanes) {
        MemorySegment in = x.asSlice(xo, 4L * d);
        MemorySegment then = x.asSlice(next, 4L * d);
        MemorySegment out = offHeap(y).asSlice(yo, 4L * d);
        MemorySegment last = offHeap(y).asSlice(before, 4L * d);
        int rest = rest(d);
        FloatVector most = larger(
                FloatVector.broadcast(F, Float.NEGATIVE_INFINITY), FloatVector.fromMemorySegment(F, then, 0, LE));
        FloatVector e =
                VectorMath.exp(FloatVector.fromMemorySegment(F, in, 0, LE).sub(max));
        e.intoMemorySegment(out, 0, LE);
        FloatVector sum = FloatVector.zero(F).blend(e, F.indexInRange(0, rest));
        FloatVector done = FloatVector.fromMemorySegment(F, last, 0, LE).mul(factor);
        long end = 4L * d;
        for (long j = 4L * rest; j != end; j += VECTOR) {
            most = larger(most, FloatVector.fromMemorySegment(F, then, j, LE));
            e = VectorMath.exp(FloatVector.fromMemorySegment(F, in, j, LE).sub(max));
            e.intoMemorySegment(out, j, LE);
            sum = sum.add(e);
            FloatVector.fromMemorySegment(F, last, j, LE).mul(factor).intoMemorySegment(last, j, LE);
        }
        done.intoMemorySegment(last, 0, LE);
        most.intoArray(lanes, 0);
        sum.intoArray(lanes, N);
    }

    /** Elements of the first vector that are in no other, 1 to N. */
    private static int rest(int d) {
        return (d - 1) % N + 1;
    }

    private static void max(MemorySegment x, int d, float[] lanes) {
        FloatVector most =
                larger(FloatVector.broadcast(F, Float.NEGATIVE_INFINITY), FloatVector.fromMemorySegment(F, x, 0, LE));
        long end = 4L * d;
        for (long j = 4L * rest(d); j != end; j += VECTOR) {
            most = larger(most, FloatVector.fromMemorySegment(F, x, j, LE));
        }
        most.intoArray(lanes, 0);
    }

    /** All but NaN, since that makes all of the row NaN anyway. */
    private static FloatVector larger(FloatVector a, FloatVector b) {
        return a.blend(b, a.lt(b));
    }

    private static float largest(float[] lanes) {
        // As integers of the same order: the maximum of floats looks for NaN and the signs of zeros.
        IntVector bits = FloatVector.fromArray(F, lanes, 0).reinterpretAsInts();
        IntVector signs = bits.lanewise(VectorOperators.ASHR, 31);
        int max =
                bits.lanewise(VectorOperators.XOR, signs.and(Integer.MAX_VALUE)).reduceLanes(VectorOperators.MAX);
        return Float.intBitsToFloat(max ^ max >> 31 & Integer.MAX_VALUE);
    }

    private static void scale(MemorySegment y, float factor, int d) {
        MemorySegment out = offHeap(y);
        FloatVector first = FloatVector.fromMemorySegment(F, out, 0, LE).mul(factor);
        long end = 4L * d;
        for (long j = 4L * rest(d); j != end; j += VECTOR) {
            FloatVector.fromMemorySegment(F, out, j, LE).mul(factor).intoMemorySegment(out, j, LE);
        }
        first.intoMemorySegment(out, 0, LE);
    }
}
