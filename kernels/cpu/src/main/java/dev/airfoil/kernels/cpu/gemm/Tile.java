package dev.airfoil.kernels.cpu.gemm;

import java.lang.foreign.MemorySegment;

/**
 * The micro-kernel: one register tile {@code C[rows columns] (+)= A[rows k] B[k columns]}, the only place where
 * multiplications happen. One class per vector width and shape (written by {@code TileGenerator}), each with its species
 * in a static final field: a species that is not a constant of the method is boxed and a hundred times slower.
 */
public interface Tile {
    /** Rows of the tile: scalars of A that are broadcast per step of k. */
    int rows();

    /** Columns of the tile, a multiple of the vector length. */
    int columns();

    /**
     * {@code C = A B}.
     *
     * @param k depth, at least 1
     * @param a element (i, p) of A at {@code a[ao + p * as + i]}
     * @param b element (p, j) of B at byte {@code bo + p * bs + 4 j}
     * @param c element (i, j) of C at byte {@code co + i * cs + 4 j}
     */
    void zero(int k, float[] a, int ao, int as, MemorySegment b, long bo, long bs, MemorySegment c, long co, long cs);

    /** {@code C += A B}, see {@link #zero}. */
    void add(int k, float[] a, int ao, int as, MemorySegment b, long bo, long bs, MemorySegment c, long co, long cs);
}
