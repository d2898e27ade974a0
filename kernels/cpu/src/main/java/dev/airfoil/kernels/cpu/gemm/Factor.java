package dev.airfoil.kernels.cpu.gemm;

import java.lang.foreign.MemorySegment;

/**
 * The right side of a product, known by the panels that it packs: element (i, p), with i the column of B and p the common
 * index. An {@link Operand} lies in memory; others are computed as they are packed.
 */
public interface Factor {
    /**
     * Packs columns {@code i0 .. i0 + w} and depths {@code p0 .. p0 + k} into a panel of {@code width >= w}: element (i, p)
     * goes to byte {@code at + 4 (p * width + i)}. What stands in the columns from w on is undefined.
     *
     * @param panel working memory of {@code width * k + 16} floats
     */
    void pack(int i0, int w, int width, int p0, int k, float[] panel, MemorySegment to, long at);

    /**
     * Packs {@code n} columns from {@code i0} on, as many as they are, into panels {@code [n/width][k][width]} from byte
     * {@code at} on.
     */
    default void packAll(int i0, int n, int width, int p0, int k, float[] panel, MemorySegment to, long at) {
        for (int j = 0; j < n; j += width) {
            pack(i0 + j, Math.min(width, n - j), width, p0, k, panel, to, at + 4L * j * k);
        }
    }

    /** True if many panels are best packed together, because a depth is a row in memory. */
    default boolean hasLongDepths() {
        return false;
    }
}
