package dev.airfoil.kernels.cpu.moves;

import static dev.airfoil.kernels.cpu.vector.Lanes.LE;
import static dev.airfoil.kernels.cpu.vector.Lanes.offHeap;

import dev.airfoil.kernels.cpu.Floats;
import dev.airfoil.kernels.cpu.WorkerPool;
import dev.airfoil.kernels.cpu.vector.Lanes;
import dev.airfoil.tensor.Layout;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * Copies 4-byte elements from one layout to another of the same shape. Rows in parallel; where the one is dense along
 * another axis than the other, tiles in parallel, so that both are read and written by whole cache lines.
 */
public final class StridedCopy {
    private static final int PARALLEL = 32_768;
    /** Elements that a long row is cut into, so that it too can be shared out. */
    private static final int PIECE = 16_384;

    /** At most eight lanes: sixteen are put together from four loads, of which a quarter each is kept. */
    private static final VectorSpecies<Integer> S = Lanes.N == 4 ? IntVector.SPECIES_128 : IntVector.SPECIES_256;

    private static final int N = S.length();
    /** Rows of the source in a tile: a cache line of the target, whose other lines need not wait for it. */
    private static final int WIDTH = 16;
    /** Elements of each: the longer, the faster they come. */
    private static final int DEPTH = 256;
    /** Lines of the target that lie a multiple of so many bytes apart push each other out of the first-level cache. */
    private static final int CROWD = 1024;
    /** Elements of each row where they do, so that few lines wait for their second half. */
    private static final int CROWDED_DEPTH = 16;

    private static final VectorMask<Integer> SECOND = VectorMask.fromLong(S, 0xf0);
    private static final IntVector LOWER = fours(0, 4, 1, 5);
    private static final IntVector UPPER = fours(2, 6, 3, 7);
    private static final IntVector LOWER_PAIRS = fours(0, 1, 4, 5);
    private static final IntVector UPPER_PAIRS = fours(2, 3, 6, 7);

    private StridedCopy() {}

    /** Picks these of the four lanes of one vector (0 to 3) and the four of another (4 to 7), all along the vectors. */
    private static IntVector fours(int... lanes) {
        int[] from = new int[N];
        for (int i = 0; i < N; i++) {
            int lane = lanes[i % 4];
            from[i] = lane / 4 * N + i / 4 * 4 + lane % 4;
        }
        return IntVector.fromArray(S, from, 0);
    }

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
        int most = 4 * step % CROWD == 0 ? CROWDED_DEPTH : DEPTH;
        int down = (depth + most - 1) / most;
        int tiles = Math.multiplyExact(planes.rows(), across * down);
        pool.splitIf((long) loop.rows() * loop.length() > PARALLEL, tiles, (first, end) -> {
            for (int i = first; i < end; i++) {
                int plane = i / (across * down);
                int p = i / across % down * most;
                int r = i % across * WIDTH;
                int w = i % across == across - 1 ? loop.length() - r : WIDTH;
                int k = Math.min(most, depth - p);
                long source = from.at(planes.start(0, plane) + p + r * stride);
                long target = to.at(planes.start(1, plane) + p * step + r);
                turn(from.data(), source, 4 * stride, w, k, to.data(), target, 4 * step);
            }
        });
    }

    /** Turns {@code w} rows of {@code k} elements by blocks, the last of which overlaps another; few rows one by one. */
    private static void turn(
            MemorySegment x, long from, long stride, int w, int k, MemorySegment y, long to, long step) {
        for (int i = 0; i < w && w < N; i++) {
            row(x, from + i * stride, 4, y, to + 4L * i, step, k);
        }
        int end = k / 4 * 4;
        for (int i = 0; i < w && w >= N; i += N) {
            int r = Math.min(i, w - N);
            if (end > 0) {
                block(x, from + r * stride, stride, end, y, to + 4L * r, step);
            }
            for (int j = end; j < k; j++) {
                row(x, from + r * stride + 4L * j, stride, y, to + j * step + 4L * r, 4, N);
            }
        }
    }

    /**
     * Turns a block of as many rows as a vector has lanes, by four of its {@code k} columns at a time: vector a holds those
     * of rows 0 and 4 behind each other, b those of rows 1 and 5. Rows from the fourth on are read further
     * left, where their columns stand in the right lanes. What else is read lies between the first and last element of the
     * block and goes into no result. Slices of one length each: the compiler checks them once.
     */
    private static void block(MemorySegment x, long from, long stride, int k, MemorySegment y, long to, long step) {
        MemorySegment in = offHeap(x);
        MemorySegment out = offHeap(y);
        long far = 4 * (stride - 4);
        long read = (N - 4) * stride + 4L * k;
        MemorySegment x0 = in.asSlice(from, read);
        MemorySegment x1 = in.asSlice(from + stride, read);
        MemorySegment x2 = in.asSlice(from + 2 * stride, read);
        MemorySegment x3 = in.asSlice(from + 3 * stride, read);
        long written = (k - 4) * step + 4L * N;
        MemorySegment y0 = out.asSlice(to, written);
        MemorySegment y1 = out.asSlice(to + step, written);
        MemorySegment y2 = out.asSlice(to + 2 * step, written);
        MemorySegment y3 = out.asSlice(to + 3 * step, written);
        for (int j = 0; j < k; j += 4) {
            IntVector a = rows(x0, 4L * j, far);
            IntVector b = rows(x1, 4L * j, far);
            IntVector c = rows(x2, 4L * j, far);
            IntVector d = rows(x3, 4L * j, far);
            IntVector ab = LOWER.selectFrom(a, b);
            IntVector cd = LOWER.selectFrom(c, d);
            LOWER_PAIRS.selectFrom(ab, cd).intoMemorySegment(y0, j * step, LE);
            UPPER_PAIRS.selectFrom(ab, cd).intoMemorySegment(y1, j * step, LE);
            ab = UPPER.selectFrom(a, b);
            cd = UPPER.selectFrom(c, d);
            LOWER_PAIRS.selectFrom(ab, cd).intoMemorySegment(y2, j * step, LE);
            UPPER_PAIRS.selectFrom(ab, cd).intoMemorySegment(y3, j * step, LE);
        }
    }

    private static IntVector rows(MemorySegment x, long at, long far) {
        IntVector v = IntVector.fromMemorySegment(S, x, at, LE);
        if (N >= 8) {
            v = v.blend(IntVector.fromMemorySegment(S, x, at + far, LE), SECOND);
        }
        return v;
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
