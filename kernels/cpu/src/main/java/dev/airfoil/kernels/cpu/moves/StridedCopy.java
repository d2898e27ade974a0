package dev.airfoil.kernels.cpu.moves;

import dev.airfoil.kernels.cpu.Floats;
import dev.airfoil.kernels.cpu.WorkerPool;
import dev.airfoil.kernels.cpu.vector.Lanes;
import dev.airfoil.tensor.Layout;
import java.lang.foreign.MemorySegment;

/** Copies 4-byte elements from one layout to another of the same shape. Rows in parallel. */
public final class StridedCopy {
    private static final int PARALLEL = 32_768;
    /** Elements that a long row is cut into, so that it too can be shared out. */
    private static final int PIECE = 16_384;

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
