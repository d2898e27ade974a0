package dev.airfoil.kernels.cpu.moves;

import static dev.airfoil.kernels.cpu.vector.Lanes.LE;
import static dev.airfoil.kernels.cpu.vector.Lanes.N;
import static dev.airfoil.kernels.cpu.vector.Lanes.offHeap;

import dev.airfoil.kernels.cpu.Floats;
import dev.airfoil.kernels.cpu.WorkerPool;
import dev.airfoil.kernels.cpu.vector.Lanes;
import dev.airfoil.tensor.Layout;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Copies 4-byte elements from one layout to another of the same shape. Rows in parallel; where the one is dense along
 * another axis than the other, tiles in parallel, so that both are read and written by whole cache lines.
 */
public final class StridedCopy {
    private static final int PARALLEL = 32_768;
    /** Elements that a long row is cut into, so that it too can be shared out. */
    private static final int PIECE = 16_384;

    private static final VectorSpecies<Float> S = N >= 8 ? FloatVector.SPECIES_256 : FloatVector.SPECIES_128;
    private static final VectorSpecies<Long> PAIRS = N >= 8 ? LongVector.SPECIES_256 : LongVector.SPECIES_128;
    /** Rows of a block. */
    private static final int BLOCK = S.length();
    /** Rows of the source in a tile: a cache line of the target, whose other lines need not wait for it. */
    private static final int WIDTH = 16;
    /** Elements of each: the longer, the faster they come. */
    private static final int DEPTH = 256;

    private static final VectorMask<Float> UPPER_HALF = VectorMask.fromLong(S, 0xf0);
    private static final VectorMask<Long> ODD_PAIRS = VectorMask.fromLong(PAIRS, 0xa);
    private static final VectorMask<Float> ODD = VectorMask.fromLong(S, 0xaa);
    private static final VectorShuffle<Long> SWAP = VectorShuffle.fromOp(PAIRS, i -> i ^ 1);

    private StridedCopy() {}

    /** To dense, row-major memory. */
    public static void run(WorkerPool pool, Floats from, Layout layout, Floats to) {
        run(pool, from, layout, to, Layout.contiguous(layout.shape()));
    }

    /** The bases are those of the first elements: the offsets of the layouts do not count. */
    public static void run(WorkerPool pool, Floats from, Layout a, Floats to, Layout b) {
        if (a.shape().size() == 0) {
            return;
        }
        Loop loop = Loop.over(a, b);
        for (int axis = 0; axis < loop.sizes().length && loop.steps()[0] > 0 && loop.steps()[1] == 1; axis++) {
            if (loop.strides()[0][axis] == 1) {
                transpose(pool, from, to, loop, axis);
                return;
            }
        }
        int rows = loop.rows();
        int pieces = loop.steps()[0] == 1 && loop.steps()[1] == 1 ? (loop.length() + PIECE - 1) / PIECE : 1;
        pool.splitIf((long) rows * loop.length() > PARALLEL, rows * pieces, (first, end) -> {
            for (int i = first; i < end; i++) {
                int row = i / pieces;
                int start = i % pieces * PIECE;
                int n = pieces == 1 ? loop.length() : Math.min(PIECE, loop.length() - start);
                long source = from.at(loop.start(0, row) + start * loop.steps()[0]);
                long target = to.at(loop.start(1, row) + start * loop.steps()[1]);
                row(from.data(), source, 4 * loop.steps()[0], to.data(), target, 4 * loop.steps()[1], n);
            }
        });
    }

    /** The source is dense along {@code axis} of the loop, the target along its rows. */
    private static void transpose(WorkerPool pool, Floats from, Floats to, Loop loop, int axis) {
        int[] sizes = loop.sizes().clone();
        int depth = sizes[axis];
        sizes[axis] = 1;
        Loop planes = new Loop(sizes, loop.strides(), 1, loop.steps());
        long stride = loop.steps()[0];
        long step = loop.strides()[1][axis];
        // The last tile across takes the rest too, so that none is narrower than a block unless all are.
        int across = Math.max(1, loop.length() / WIDTH);
        int down = (depth + DEPTH - 1) / DEPTH;
        int tiles = Math.multiplyExact(planes.rows(), across * down);
        pool.splitIf((long) loop.rows() * loop.length() > PARALLEL, tiles, (first, end) -> {
            for (int i = first; i < end; i++) {
                int plane = i / (across * down);
                int p = i / across % down * DEPTH;
                int r = i % across * WIDTH;
                int w = i % across == across - 1 ? loop.length() - r : WIDTH;
                int k = Math.min(DEPTH, depth - p);
                long source = from.at(planes.start(0, plane) + p + r * stride);
                long target = to.at(planes.start(1, plane) + p * step + r);
                turn(from.data(), source, 4 * stride, w, k, to.data(), target, 4 * step);
            }
        });
    }

    /** Turns {@code w} rows of {@code k} elements by blocks, the last of which overlaps another; few rows one by one. */
    private static void turn(
            MemorySegment x, long from, long stride, int w, int k, MemorySegment y, long to, long step) {
        for (int i = 0; i < w && w < BLOCK; i++) {
            row(x, from + i * stride, 4, y, to + 4L * i, step, k);
        }
        int end = k / 4 * 4;
        for (int i = 0; i < w && w >= BLOCK; i += BLOCK) {
            int r = Math.min(i, w - BLOCK);
            if (end > 0) {
                block(x, from + r * stride, stride, end, y, to + 4L * r, step);
            }
            for (int j = end; j < k; j++) {
                row(x, from + r * stride + 4L * j, stride, y, to + j * step + 4L * r, 4, BLOCK);
            }
        }
    }

    /**
     * Turns a block of rows a, b, c, d and, where vectors have eight lanes, four more, by four of its {@code k} columns at
     * a time. The other rows are read four columns further left, so that no lane has to change its half; what is read
     * there and right of the columns lies between the first and last element of the block and goes into no result.
     * Slices of one length each: the compiler keeps their addresses apart, and checks them once.
     */
    private static void block(MemorySegment x, long from, long stride, int k, MemorySegment y, long to, long step) {
        MemorySegment in = offHeap(x);
        MemorySegment out = offHeap(y);
        long read = 4L * (k + BLOCK - 4);
        long far = from + (BLOCK - 4) * (stride - 4);
        MemorySegment a0 = in.asSlice(from, read);
        MemorySegment b0 = in.asSlice(from + stride, read);
        MemorySegment c0 = in.asSlice(from + 2 * stride, read);
        MemorySegment d0 = in.asSlice(from + 3 * stride, read);
        MemorySegment a1 = in.asSlice(far, read);
        MemorySegment b1 = in.asSlice(far + stride, read);
        MemorySegment c1 = in.asSlice(far + 2 * stride, read);
        MemorySegment d1 = in.asSlice(far + 3 * stride, read);
        long written = (k - 4) * step + 4L * BLOCK;
        MemorySegment y0 = out.asSlice(to, written);
        MemorySegment y1 = out.asSlice(to + step, written);
        MemorySegment y2 = out.asSlice(to + 2 * step, written);
        MemorySegment y3 = out.asSlice(to + 3 * step, written);
        for (int j = 0; j < k; j += 4) {
            LongVector a = halves(a0, a1, 4L * j);
            LongVector b = halves(b0, b1, 4L * j);
            LongVector c = halves(c0, c1, 4L * j);
            LongVector d = halves(d0, d1, 4L * j);
            LongVector ac01 = a.blend(c.rearrange(SWAP), ODD_PAIRS);
            LongVector ac23 = a.rearrange(SWAP).blend(c, ODD_PAIRS);
            LongVector bd01 = b.blend(d.rearrange(SWAP), ODD_PAIRS);
            LongVector bd23 = b.rearrange(SWAP).blend(d, ODD_PAIRS);
            firsts(ac01, bd01).intoMemorySegment(y0, j * step, LE);
            seconds(ac01, bd01).intoMemorySegment(y1, j * step, LE);
            firsts(ac23, bd23).intoMemorySegment(y2, j * step, LE);
            seconds(ac23, bd23).intoMemorySegment(y3, j * step, LE);
        }
    }

    private static LongVector halves(MemorySegment low, MemorySegment high, long at) {
        FloatVector v = FloatVector.fromMemorySegment(S, low, at, LE);
        FloatVector both = BLOCK == 4 ? v : v.blend(FloatVector.fromMemorySegment(S, high, at, LE), UPPER_HALF);
        return both.reinterpretAsLongs();
    }

    /** The first elements of the pairs of a and b in turn; a shift moves an element within its pair. */
    private static FloatVector firsts(LongVector a, LongVector b) {
        LongVector up = b.lanewise(VectorOperators.LSHL, 32);
        return a.reinterpretAsFloats().blend(up.reinterpretAsFloats(), ODD);
    }

    private static FloatVector seconds(LongVector a, LongVector b) {
        LongVector down = a.lanewise(VectorOperators.LSHR, 32);
        return down.reinterpretAsFloats().blend(b.reinterpretAsFloats(), ODD);
    }

    private static void row(MemorySegment a, long from, long sa, MemorySegment b, long to, long sb, int n) {
        if (sa == 4 && sb == 4) {
            MemorySegment.copy(a, from, b, to, 4L * n);
            return;
        }
        for (int i = 0; i < n; i++) {
            Lanes.set(b, to + i * sb, Lanes.get(a, from + i * sa));
        }
    }
}
