package dev.airfoil.kernels.cpu.gemm;

import static dev.airfoil.kernels.cpu.vector.Lanes.F;
import static dev.airfoil.kernels.cpu.vector.Lanes.LE;

import dev.airfoil.kernels.cpu.Scratch;
import dev.airfoil.kernels.cpu.vector.Lanes;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * The micro-kernel: one register tile {@code C[rows columns] (+)= A[rows k] B[k columns]}, the only place where
 * multiplications happen. One class per vector width and shape (written by {@code src/main/tiles/TileGenerator.java}),
 * each with its species in a static final field and its strides as constants: a species that is not a constant of the
 * method is boxed and a hundred times slower, and strides in variables cost a quarter of the speed.
 *
 * <p>Element (i, p) of A is {@code a[ao + p * step + i * rowStep]}; element (p, j) of B stands at byte {@code bo + 4 (p *
 * columns + j)}; element (i, j) of C at byte {@code co + i * cs + 4 j}.
 */
public interface Tile {
    /** Depths that any tile's loop takes in whole turns. */
    int WHOLE = 4;

    /** How many depths a panel of {@code k} has: whole turns of any tile's loop. What is not there is zero on both sides. */
    static int whole(int k) {
        return (k + WHOLE - 1) / WHOLE * WHOLE;
    }

    /** How it is called in settings and messages. */
    default String name() {
        return getClass().getSimpleName();
    }

    /** Rows of the tile: scalars of A that are broadcast per step of k. */
    int rows();

    /** Columns of the tile, a multiple of the vector length. */
    int columns();

    /** Elements from one depth of A to the next. */
    int step();

    /** Elements from one row of A to the next. */
    int rowStep();

    /**
     * {@code C = A B} over {@code k} depths, a multiple of {@link #WHOLE}, for {@code tiles} tiles below each other: a call
     * costs as much as some depths do.
     *
     * @param next elements from one tile of A to the one below
     */
    void zeroWhole(
            int tiles, int k, float[] a, int ao, int next, MemorySegment b, long bo, MemorySegment c, long co, long cs);

    /** {@code C += A B}, see {@link #zeroWhole}. */
    void addWhole(
            int tiles, int k, float[] a, int ao, int next, MemorySegment b, long bo, MemorySegment c, long co, long cs);

    /**
     * {@link #addWhole} by way of memory of its own. A method with the loop of a large tile and its C as well is more
     * than the first compiler takes; on a machine with one core the second then never came (seen for 45 s).
     */
    default void addApart(
            int tiles,
            int k,
            float[] a,
            int ao,
            int next,
            MemorySegment b,
            long bo,
            MemorySegment y,
            long co,
            long cs) {
        MemorySegment c = Lanes.offHeap(y);
        int rows = tiles * rows();
        int columns = columns();
        int end = F.loopBound(columns);
        try (Scratch own = Scratch.borrow()) {
            MemorySegment sums = Lanes.offHeap(own.segment(0, (long) rows * columns));
            zeroWhole(tiles, k, a, ao, next, b, bo, sums, 0, 4L * columns);
            for (int i = 0; i < rows; i++) {
                long from = 4L * i * columns;
                long to = co + i * cs;
                int j = 0;
                for (; j < end; j += Lanes.N) {
                    FloatVector.fromMemorySegment(F, c, to + 4L * j, LE)
                            .add(FloatVector.fromMemorySegment(F, sums, from + 4L * j, LE))
                            .intoMemorySegment(c, to + 4L * j, LE);
                }
                for (; j < columns; j++) {
                    Lanes.set(c, to + 4L * j, Lanes.get(c, to + 4L * j) + Lanes.get(sums, from + 4L * j));
                }
            }
        }
    }

    /** {@code C = A B} over {@code k >= 1} depths for {@code tiles} tiles below each other. */
    default void zero(
            int tiles, int k, float[] a, int ao, MemorySegment b, long bo, MemorySegment c, long co, long cs) {
        zeroWhole(tiles, k - k % WHOLE, a, ao, next(k), b, bo, c, co, cs);
        if (k % WHOLE != 0) {
            addLast(tiles, k, a, ao, b, bo, c, co, cs);
        }
    }

    /** {@code C += A B} over {@code k} depths for {@code tiles} tiles below each other. */
    default void add(int tiles, int k, float[] a, int ao, MemorySegment b, long bo, MemorySegment c, long co, long cs) {
        addWhole(tiles, k - k % WHOLE, a, ao, next(k), b, bo, c, co, cs);
        if (k % WHOLE != 0) {
            addLast(tiles, k, a, ao, b, bo, c, co, cs);
        }
    }

    /** Whether A lies in panels of this tile's rows; else its rows stand in one matrix. */
    default boolean isPacked() {
        return step() == rows();
    }

    private int next(int k) {
        return isPacked() ? rows() * k : rows() * rowStep();
    }

    /** The last {@code k % WHOLE} depths, filled up with zeros: who packs them so saves the way. */
    private void addLast(
            int tiles, int k, float[] a, int ao, MemorySegment b, long bo, MemorySegment c, long co, long cs) {
        int done = k - k % WHOLE;
        int from = ao + done * step();
        int next = next(WHOLE);
        try (Scratch own = Scratch.borrow()) {
            float[] left = own.floats(0, (long) tiles * next + WHOLE * step());
            for (int t = 0; t < tiles; t++) {
                for (int i = 0; i < rows(); i++) {
                    for (int p = 0; p < WHOLE; p++) {
                        int at = i * rowStep() + p * step();
                        left[t * next + at] = done + p < k ? a[from + t * next(k) + at] : 0;
                    }
                }
            }
            MemorySegment right = own.segment(0, (long) WHOLE * columns());
            long size = 4L * (k - done) * columns();
            MemorySegment.copy(b, bo + 4L * done * columns(), right, 0, size);
            right.asSlice(size, 4L * WHOLE * columns() - size).fill((byte) 0);
            addWhole(tiles, WHOLE, left, 0, next, right, 0, c, co, cs);
        }
    }
}
