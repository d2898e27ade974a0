package dev.airfoil.kernels.cpu.gemm;

import dev.airfoil.kernels.cpu.Scratch;
import dev.airfoil.kernels.cpu.WorkerPool;
import dev.airfoil.kernels.cpu.vector.Lanes;
import java.lang.foreign.MemorySegment;

/**
 * Products of up to eight rows with a narrow weight that is packed: too few to make up for widening a panel in memory.
 * Panels of columns in parallel.
 */
public final class FewRows {
    /** From more rows on, a panel is widened once for all of them: see {@link Gemm}. */
    public static final int MOST = 8;
    /** Below this many multiplications a product runs on its caller alone. */
    private static final long PARALLEL = 100_000;

    private static final int A_SLOT = 0;
    private static final int TILE_SLOT = 0;

    private FewRows() {}

    /** Whether this is the way to multiply {@code m} rows with a weight that is packed for {@code gemm}. */
    public static boolean suits(int m, Stored stored, Gemm gemm) {
        return m <= MOST && stored != Stored.F32 && gemm.tile().columns() % Lanes.N == 0;
    }

    /**
     * {@code C [m n] = A [m k] B [k n]}.
     *
     * @param c is set
     */
    public static void multiply(WorkerPool pool, int m, Operand a, PackedMatrix b, Product c) {
        int groups = (m + NarrowTile.ROWS - 1) / NarrowTile.ROWS;
        int width = b.gemm().tile().columns();
        int panels = (b.n() + width - 1) / width;
        try (Scratch shared = Scratch.borrow()) {
            float[] ap = shared.floats(A_SLOT, (long) groups * NarrowTile.ROWS * Tile.whole(b.k()) + 16);
            a.packLeft(m, NarrowTile.ROWS, b.k(), ap);
            pool.splitIf((long) m * b.n() * b.k() > PARALLEL, panels, (from, to) -> {
                try (Scratch own = Scratch.borrow()) {
                    MemorySegment tile = own.segment(TILE_SLOT, (long) NarrowTile.ROWS * width);
                    for (int panel = from; panel < to; panel++) {
                        int columns = Math.min(width, b.n() - panel * width);
                        for (int g = 0; g < groups; g++) {
                            int first = g * NarrowTile.ROWS;
                            sums(b, panel, panels, width, ap, first * Tile.whole(b.k()), tile);
                            long at = c.base() + first * c.stride() + 4L * panel * width;
                            int rows = Math.min(NarrowTile.ROWS, m - first);
                            for (int i = 0; i < rows; i++) {
                                MemorySegment.copy(tile, 4L * i * width, c.data(), at + i * c.stride(), 4L * columns);
                            }
                            c.epilogue().apply(c.data(), at, c.stride(), rows, columns, panel * width, tile);
                        }
                    }
                }
            });
        }
    }

    /** Four rows in one panel of columns, block of depths after block of depths. */
    private static void sums(PackedMatrix b, int panel, int panels, int width, float[] a, int ao, MemorySegment tile) {
        int per = b.stored().perWord();
        int kc = Gemm.depth(b.k());
        long step = 4L * width;
        tile.asSlice(0, NarrowTile.ROWS * step).fill((byte) 0);
        for (int p0 = 0; p0 < b.k(); p0 += kc) {
            int words = Math.min(kc, b.k() - p0) / per;
            long bo = p0 / per * panels * step + panel * Tile.whole(words) * step;
            int ap = ao + p0 * NarrowTile.ROWS;
            for (int j = 0; j < width; j += Lanes.N) {
                if (b.stored() == Stored.BF16) {
                    NarrowTile.bf16(words, a, ap, b.data(), bo + 4L * j, step, tile, 4L * j);
                } else {
                    NarrowTile.i8(words, a, ap, b.data(), bo + 4L * j, step, tile, 4L * j);
                }
            }
        }
    }
}
