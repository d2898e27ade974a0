package dev.airfoil.kernels.cpu.gemm;

import dev.airfoil.kernels.cpu.vector.Lanes;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * One side of a matrix product as it lies in memory: element (i, p), with i the row of A or the column of B and p the
 * common index, stands at byte {@code base + i * outer + p * depth}. Any strides are right; those where one of them is 4
 * bytes are fast.
 */
public record Operand(MemorySegment data, long base, long outer, long depth) {
    /** A as {@code [m k]}, or B as {@code [n k]} (the weight of a linear layer): strides in elements. */
    public static Operand ofRows(MemorySegment data, long base, long rowStride) {
        return new Operand(data, base, rowStride * Float.BYTES, Float.BYTES);
    }

    /** A as {@code [k m]}, or B as {@code [k n]}: strides in elements. */
    public static Operand ofColumns(MemorySegment data, long base, long rowStride) {
        return new Operand(data, base, Float.BYTES, rowStride * Float.BYTES);
    }

    /** The same strides {@code bytes} further on. */
    public Operand at(long bytes) {
        return new Operand(data, base + bytes, outer, depth);
    }

    /**
     * Packs rows {@code i0 .. i0 + w} and depths {@code p0 .. p0 + k} into a panel of {@code width >= w}: element (i, p)
     * goes to {@code to[at + p * width + i]}. What stands in the columns from w on is undefined.
     *
     * @param room floats behind the panel that may be overwritten: with 8 all is written by whole vectors
     */
    public void pack(int i0, int w, int width, int room, int p0, int k, float[] to, int at) {
        long from = base + i0 * outer + p0 * depth;
        if (outer == Float.BYTES) {
            Panels.columns(data, from, depth, w, width, room, k, to, at);
        } else if (depth == Float.BYTES) {
            Panels.rows(data, from, outer, w, width, room, k, to, at);
        } else {
            for (int p = 0; p < k; p++) {
                for (int i = 0; i < w; i++) {
                    to[at + p * width + i] = Lanes.get(data, from + i * outer + p * depth);
                }
            }
        }
    }

    /**
     * Packs {@code n} columns from {@code i0} on and depths {@code p0 .. p0 + k} into panels {@code
     * [n/width][whole(k)][width]} from byte {@code at} on, depths from k on zero.
     *
     * @param panel working memory of {@code width * whole(k) + 16} floats
     */
    void packAll(int i0, int n, int width, int p0, int k, float[] panel, MemorySegment to, long at) {
        long size = (long) width * Tile.whole(k);
        boolean vectors = outer == Float.BYTES && width % Lanes.N == 0 && width >= 2 * Lanes.N;
        int straight = vectors ? n / width * width : 0;
        long from = base + i0 * outer + p0 * depth;
        Panels.wholeColumns(data, from, depth, straight, width, k, to, at, 4 * size);
        if (k * width < size) {
            for (int j = 0; j < straight; j += width) {
                to.asSlice(at + 4 * (j / width * size + k * width), 4 * (size - k * width))
                        .fill((byte) 0);
            }
        }
        for (int j = straight; j < n; j += width) {
            packLeft(i0 + j, Math.min(width, n - j), width, 8, p0, k, panel, 0);
            Lanes.copy(panel, 0, to, at + 4 * (j / width * size), width * Tile.whole(k));
        }
    }

    /** True if many panels are best packed together, because a depth is a row in memory. */
    boolean hasLongDepths() {
        return outer == Float.BYTES;
    }

    /**
     * Packs {@code n} rows of depth {@code k} into panels {@code [n/width][whole(k)][width]}: the left side of tiles. There
     * is room for 16 more floats.
     */
    public void packLeft(int n, int width, int k, float[] to) {
        packLeft(0, n, width, 8, 0, k, to, 0);
    }

    /**
     * Packs {@code n} rows from {@code i0} on and depths {@code p0 .. p0 + k} into such panels from {@code to[at]} on.
     *
     * @param room floats behind the last panel that may be overwritten
     */
    void packLeft(int i0, int n, int width, int room, int p0, int k, float[] to, int at) {
        int size = width * Tile.whole(k);
        for (int i = 0; i < n; i += width) {
            int panel = at + i / width * size;
            pack(i0 + i, Math.min(width, n - i), width, i + width < n ? 8 : room, p0, k, to, panel);
            Arrays.fill(to, panel + k * width, panel + size, 0);
        }
    }

    /**
     * Packs {@code n} columns of depth {@code k} into panels {@code [n/width][whole(k)][width]}: the right side of tiles.
     *
     * @param panel working memory of {@code width * whole(k) + 16} floats
     */
    public void packRight(int n, int width, int k, float[] panel, MemorySegment to) {
        packAll(0, n, width, 0, k, panel, to, 0);
    }
}
