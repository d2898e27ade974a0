package dev.airfoil.kernels.cpu.gemm;

import dev.airfoil.kernels.cpu.Scratch;
import java.lang.foreign.MemorySegment;

/**
 * A matrix {@code C [m n]} cut into tiles: element (i, j) stands at byte {@code base + i * stride + 4 j} of {@code c}.
 *
 * @param spare memory for one tile
 */
public record TileGrid(Tile tile, int m, int n, MemorySegment c, long base, long stride, MemorySegment spare) {
    /** One with a spare tile in {@code slot} of {@code scratch}. */
    public static TileGrid of(
            Tile tile, int m, int n, MemorySegment c, long base, long stride, Scratch scratch, int slot) {
        MemorySegment spare = scratch.segment(slot, (long) tile.rows() * tile.columns());
        return new TileGrid(tile, m, n, c, base, stride, spare);
    }

    /**
     * The tiles of rows of panels {@code i0 .. i1} (A packed from {@code ao} on) in panel {@code j} of columns (at byte
     * {@code bo} of {@code b}): whole ones at once, those at the edges of C by way of the spare one.
     *
     * @param adds whether the product over {@code k} depths is added to what stands in C
     */
    public void column(int i0, int i1, int j, int k, float[] a, int ao, MemorySegment b, long bo, boolean adds) {
        int mr = tile.rows();
        int nr = tile.columns();
        int w = Math.min(nr, n - j * nr);
        int whole = w < nr ? i0 : Math.max(i0, Math.min(i1, m / mr));
        if (whole > i0) {
            long co = at(i0, j);
            if (adds) {
                tile.add(whole - i0, k, a, ao, b, bo, c, co, stride);
            } else {
                tile.zero(whole - i0, k, a, ao, b, bo, c, co, stride);
            }
        }
        for (int i = whole; i < i1; i++) {
            edge(Math.min(mr, m - i * mr), w, k, a, ao + (i - i0) * mr * k, b, bo, at(i, j), adds);
        }
    }

    private long at(int i, int j) {
        return base + i * tile.rows() * stride + 4L * j * tile.columns();
    }

    /** A tile of which C has {@code h x w}: its terms are added in the order of every other tile's. */
    private void edge(int h, int w, int k, float[] a, int ao, MemorySegment b, long bo, long co, boolean adds) {
        long row = 4L * tile.columns();
        if (adds) {
            for (int i = 0; i < h; i++) {
                MemorySegment.copy(c, co + i * stride, spare, i * row, 4L * w);
            }
            tile.add(1, k, a, ao, b, bo, spare, 0, row);
        } else {
            tile.zero(1, k, a, ao, b, bo, spare, 0, row);
        }
        for (int i = 0; i < h; i++) {
            MemorySegment.copy(spare, i * row, c, co + i * stride, 4L * w);
        }
    }
}
