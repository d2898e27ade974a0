package dev.airfoil.kernels.cpu.moves;

import static dev.airfoil.kernels.cpu.vector.Lanes.LE;
import static dev.airfoil.kernels.cpu.vector.Lanes.N;
import static dev.airfoil.kernels.cpu.vector.Lanes.offHeap;

import dev.airfoil.kernels.cpu.Floats;
import dev.airfoil.kernels.cpu.Scratch;
import dev.airfoil.kernels.cpu.WorkerPool;
import dev.airfoil.kernels.cpu.vector.Lanes;
import dev.airfoil.tensor.Layout;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
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
    /** Rows and columns of a block. */
    private static final int BLOCK = S.length();
    /** Rows of the source in a tile: a cache line of the target, whose other lines need not wait for it. */
    private static final int WIDTH = 16;
    /** Elements of each: the longer, the faster they come; a block of rows fits the first-level cache. */
    private static final int DEPTH = 256;
    /** From one row of a block to the next; what is read left and right of its elements goes into no result. */
    private static final int ROW = DEPTH + 2 * BLOCK;

    private static final VectorMask<Float> ODD = VectorMask.fromLong(S, 0xaa);
    private static final VectorMask<Float> SECOND = VectorMask.fromLong(S, 0xcc);
    private static final VectorMask<Float> UPPER = VectorMask.fromLong(S, 0xf0);

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
        for (int axis = 0; axis < loop.sizes().length && loop.steps()[1] == 1; axis++) {
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
            try (Scratch own = Scratch.borrow()) {
                float[] tile = own.floats(0, BLOCK * ROW);
                for (int i = first; i < end; i++) {
                    int plane = i / (across * down);
                    int p = i / across % down * DEPTH;
                    int r = i % across * WIDTH;
                    int w = i % across == across - 1 ? loop.length() - r : WIDTH;
                    int k = Math.min(DEPTH, depth - p);
                    long source = from.at(planes.start(0, plane) + p + r * stride);
                    long target = to.at(planes.start(1, plane) + p * step + r);
                    turn(from.data(), source, 4 * stride, w, k, tile, to.data(), target, 4 * step);
                }
            }
        });
    }

    /** Turns {@code w} rows of {@code k} elements by blocks, the last of which overlaps another; few rows one by one. */
    private static void turn(
            MemorySegment x, long from, long stride, int w, int k, float[] tile, MemorySegment y, long to, long step) {
        for (int i = 0; i < w && w < BLOCK; i++) {
            row(x, from + i * stride, 4, y, to + 4L * i, step, k);
        }
        for (int i = 0; i < w && w >= BLOCK; i += BLOCK) {
            int r = Math.min(i, w - BLOCK);
            fill(x, from + r * stride, stride, k, tile);
            put(tile, k, y, to + 4L * r, step);
        }
    }

    /** A block's rows, each two right of where the last pair began: see {@link #pairs}. */
    private static void fill(MemorySegment x, long from, long stride, int k, float[] tile) {
        MemorySegment in = offHeap(x);
        int end = k / BLOCK * BLOCK;
        for (int i = 0; i < BLOCK; i++) {
            long row = from + i * stride;
            int at = i * ROW + i / 2 * 2;
            for (int j = 0; j < end; j += BLOCK) {
                FloatVector.fromMemorySegment(S, in, row + 4L * j, LE).intoArray(tile, at + j);
            }
            for (int j = end; j < k; j++) {
                tile[at + j] = Lanes.get(in, row + 4L * j);
            }
        }
    }

    /** Writes the columns of a block. */
    private static void put(float[] tile, int k, MemorySegment y, long to, long step) {
        MemorySegment out = offHeap(y);
        int end = k / 2 * 2;
        for (int p = 0; p < end; p += 2) {
            FloatVector even = pairs(tile, p);
            FloatVector odd = pairs(tile, p + ROW);
            LongVector first = odd.reinterpretAsLongs().lanewise(VectorOperators.LSHL, 32);
            LongVector second = even.reinterpretAsLongs().lanewise(VectorOperators.LSHR, 32);
            even.blend(first.reinterpretAsFloats(), ODD).intoMemorySegment(out, to + p * step, LE);
            second.reinterpretAsFloats().blend(odd, ODD).intoMemorySegment(out, to + (p + 1) * step, LE);
        }
        for (int i = 0; i < BLOCK && end < k; i++) {
            Lanes.set(y, to + end * step + 4L * i, tile[i * ROW + i / 2 * 2 + end]);
        }
    }

    /** Two neighbours of each other row: each row is read where they stand in their lanes, so no lane has to move. */
    private static FloatVector pairs(float[] tile, int p) {
        FloatVector low = FloatVector.fromArray(S, tile, p).blend(FloatVector.fromArray(S, tile, p + 2 * ROW), SECOND);
        return BLOCK == 4
                ? low
                : low.blend(
                        FloatVector.fromArray(S, tile, p + 4 * ROW)
                                .blend(FloatVector.fromArray(S, tile, p + 6 * ROW), SECOND),
                        UPPER);
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
