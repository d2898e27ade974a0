package dev.airfoil.kernels.cpu.pointwise;

import dev.airfoil.kernels.cpu.Floats;
import dev.airfoil.kernels.cpu.Scratch;
import dev.airfoil.kernels.cpu.WorkerPool;
import dev.airfoil.kernels.cpu.vector.Lanes;
import java.lang.foreign.MemorySegment;

/** Loops over all elements of dense data, in parallel. */
final class Flat {
    /** Elements that the threads share out. */
    private static final int PIECE = 2_048;

    /** Elements of a loop: in memory, loops of one piece take a quarter more time. */
    private static final int LONG = 16_384;

    private static final int PARALLEL = 16_384;

    private Flat() {}

    /** A part {@code from .. from + n} of the elements; n is small enough for an int loop. */
    @FunctionalInterface
    interface Piece {
        void run(long from, int n);
    }

    /** A loop over {@code n} elements, n a multiple of the vector length, from bytes {@code xo} and {@code yo} on. */
    @FunctionalInterface
    interface Map1 {
        void run(MemorySegment x, long xo, MemorySegment y, long yo, int n);
    }

    /** As {@link Map1}, of two inputs. */
    @FunctionalInterface
    interface Map2 {
        void run(MemorySegment a, long ao, MemorySegment b, long bo, MemorySegment y, long yo, int n);
    }

    static void run(WorkerPool pool, long size, Piece piece) {
        int pieces = Math.toIntExact((size + PIECE - 1) / PIECE);
        pool.splitIf(size > PARALLEL, pieces, (from, to) -> {
            long end = Math.min(size, (long) to * PIECE);
            for (long start = (long) from * PIECE; start < end; start += LONG) {
                piece.run(start, (int) Math.min(LONG, end - start));
            }
        });
    }

    static void map(WorkerPool pool, long size, Floats x, Floats y, Map1 loop) {
        map(pool, size, x, x, y, (a, ao, b, bo, c, co, n) -> loop.run(a, ao, c, co, n));
    }

    static void map(WorkerPool pool, long size, Floats a, Floats b, Floats y, Map2 loop) {
        run(pool, size, (from, n) -> {
            int whole = n / Lanes.N * Lanes.N;
            if (whole > 0) {
                loop.run(a.data(), a.at(from), b.data(), b.at(from), y.data(), y.at(from), whole);
            }
            if (whole < n) {
                rest(a, b, y, from + whole, n - whole, loop);
            }
        });
    }

    /** The last elements, fewer than a vector, by way of a vector's worth of scratch. */
    private static void rest(Floats a, Floats b, Floats y, long from, int n, Map2 loop) {
        try (Scratch own = Scratch.borrow()) {
            MemorySegment s = own.segment(0, 3L * Lanes.N);
            long bytes = 4L * Lanes.N;
            s.asSlice(0, 2 * bytes).fill((byte) 0);
            MemorySegment.copy(a.data(), a.at(from), s, 0, 4L * n);
            MemorySegment.copy(b.data(), b.at(from), s, bytes, 4L * n);
            loop.run(s, 0, s, bytes, s, 2 * bytes, Lanes.N);
            MemorySegment.copy(s, 2 * bytes, y.data(), y.at(from), 4L * n);
        }
    }
}
