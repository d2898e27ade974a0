package dev.airfoil.kernels.cpu.moves;

import static dev.airfoil.kernels.cpu.vector.Lanes.F;
import static dev.airfoil.kernels.cpu.vector.Lanes.LE;
import static dev.airfoil.kernels.cpu.vector.Lanes.N;
import static dev.airfoil.kernels.cpu.vector.Lanes.offHeap;

import dev.airfoil.kernels.cpu.Floats;
import dev.airfoil.kernels.cpu.Scratch;
import dev.airfoil.kernels.cpu.WorkerPool;
import dev.airfoil.kernels.cpu.gemm.Operand;
import dev.airfoil.kernels.cpu.vector.Lanes;
import dev.airfoil.tensor.Layout;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * Copies 4-byte elements from one layout to another of the same shape. Rows in parallel; where the one is dense along
 * another axis than the other, tiles in parallel, so that both are read and written by whole cache lines.
 */
public final class StridedCopy {
    private static final int PARALLEL = 32_768;
    /** Elements that a long row is cut into, so that it too can be shared out. */
    private static final int PIECE = 16_384;

    /** Rows of the source in a tile: a cache line of the target, whose other lines need not wait for it. */
    private static final int WIDTH = 16;
    /** Elements of each: the longer, the faster they come; the tile fits the first-level cache. */
    private static final int DEPTH = 256;

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
        int across = (loop.length() + WIDTH - 1) / WIDTH;
        int down = (depth + DEPTH - 1) / DEPTH;
        int tiles = Math.multiplyExact(planes.rows(), across * down);
        pool.splitIf((long) loop.rows() * loop.length() > PARALLEL, tiles, (first, end) -> {
            try (Scratch own = Scratch.borrow()) {
                float[] tile = own.floats(0, WIDTH * DEPTH + 16);
                for (int i = first; i < end; i++) {
                    int plane = i / (across * down);
                    int p = i / across % down * DEPTH;
                    int r = i % across * WIDTH;
                    int w = Math.min(WIDTH, loop.length() - r);
                    int k = Math.min(DEPTH, depth - p);
                    long source = from.at(planes.start(0, plane) + p + r * stride);
                    long target = to.at(planes.start(1, plane) + p * step + r);
                    Operand.ofRows(from.data(), source, stride).packLeft(w, WIDTH, k, tile);
                    put(tile, k, w, to.data(), target, 4 * step);
                }
            }
        });
    }

    /** Writes {@code k} rows of {@code w} elements, {@code step} bytes from each other. */
    private static void put(float[] tile, int k, int w, MemorySegment to, long target, long step) {
        MemorySegment out = offHeap(to);
        int j = 0;
        for (; j + N <= w; j += N) {
            for (int q = 0; q < k; q++) {
                FloatVector.fromArray(F, tile, q * WIDTH + j).intoMemorySegment(out, target + 4L * j + q * step, LE);
            }
        }
        for (; j < w; j++) {
            for (int q = 0; q < k; q++) {
                Lanes.set(to, target + 4L * j + q * step, tile[q * WIDTH + j]);
            }
        }
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
