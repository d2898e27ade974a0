package dev.airfoil.kernels.cpu.gemm;

import static dev.airfoil.kernels.cpu.vector.Lanes.F;
import static dev.airfoil.kernels.cpu.vector.Lanes.LE;

import dev.airfoil.kernels.cpu.vector.Lanes;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * The micro-kernel: one register tile {@code C[rows columns] (+)= A[rows k] B[k columns]}, the only place where
 * multiplications happen. One class per vector width and shape (written by {@code TileGenerator}), each with its species
 * in a static final field and its strides as constants: a species that is not a constant of the method is boxed and a
 * hundred times slower, and strides in variables cost a quarter of the speed.
 *
 * <p>Element (i, p) of A is {@code a[ao + p * step + i * rowStep]}; element (p, j) of B stands at byte {@code bo + 4 (p * columns +
 * j)}; element (i, j) of C at byte {@code co + i * cs + 4 j}.
 */
public interface Tile {
    /** Rows of the tile: scalars of A that are broadcast per step of k. */
    int rows();

    /** Columns of the tile, a multiple of the vector length. */
    int columns();

    /** Elements from one depth of A to the next. */
    int step();

    /** Elements from one row of A to the next. */
    int rowStep();

    /** {@code C = A B} over {@code 2 pairs} depths. */
    void zeroPairs(int pairs, float[] a, int ao, MemorySegment b, long bo, MemorySegment c, long co, long cs);

    /** {@code C += A B} over {@code 2 pairs} depths. */
    void addPairs(int pairs, float[] a, int ao, MemorySegment b, long bo, MemorySegment c, long co, long cs);

    /** {@code C = A B} over {@code k >= 1} depths. */
    default void zero(int k, float[] a, int ao, MemorySegment b, long bo, MemorySegment c, long co, long cs) {
        zeroPairs(k / 2, a, ao, b, bo, c, co, cs);
        addLast(k, a, ao, b, bo, c, co, cs);
    }

    /** {@code C += A B} over {@code k} depths. */
    default void add(int k, float[] a, int ao, MemorySegment b, long bo, MemorySegment c, long co, long cs) {
        addPairs(k / 2, a, ao, b, bo, c, co, cs);
        addLast(k, a, ao, b, bo, c, co, cs);
    }

    /** The last of an odd number of depths. */
    private void addLast(int k, float[] a, int ao, MemorySegment b, long bo, MemorySegment c, long co, long cs) {
        if (k % 2 == 0) {
            return;
        }
        int last = ao + (k - 1) * step();
        long row = bo + 4L * (k - 1) * columns();
        for (int i = 0; i < rows(); i++) {
            long to = co + i * cs;
            int j = 0;
            for (; j + Lanes.N <= columns(); j += Lanes.N) {
                FloatVector sum = FloatVector.fromMemorySegment(F, c, to + 4L * j, LE);
                FloatVector.fromMemorySegment(F, b, row + 4L * j, LE)
                        .fma(FloatVector.broadcast(F, a[last + i * rowStep()]), sum)
                        .intoMemorySegment(c, to + 4L * j, LE);
            }
            for (; j < columns(); j++) {
                float sum = Lanes.get(c, to + 4L * j);
                Lanes.set(c, to + 4L * j, Math.fma(Lanes.get(b, row + 4L * j), a[last + i * rowStep()], sum));
            }
        }
    }
}
