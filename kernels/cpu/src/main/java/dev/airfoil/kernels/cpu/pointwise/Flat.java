package dev.airfoil.kernels.cpu.pointwise;

import dev.airfoil.kernels.cpu.WorkerPool;

/** Loops over all elements of dense data, in pieces that fit the first-level cache. */
final class Flat {
    private static final int PIECE = 2_048;
    private static final int PARALLEL = 16_384;

    private Flat() {}

    /** A part {@code from .. from + n} of the elements; n is small enough for an int loop. */
    @FunctionalInterface
    interface Piece {
        void run(long from, int n);
    }

    static void run(WorkerPool pool, long size, Piece piece) {
        int pieces = Math.toIntExact((size + PIECE - 1) / PIECE);
        pool.splitIf(size > PARALLEL, pieces, (from, to) -> {
            for (int i = from; i < to; i++) {
                long start = (long) i * PIECE;
                piece.run(start, (int) Math.min(PIECE, size - start));
            }
        });
    }
}
