package dev.airfoil.kernels.cpu.gemm;

import dev.airfoil.kernels.cpu.Scratch;
import dev.airfoil.kernels.cpu.WorkerPool;
import dev.airfoil.kernels.cpu.vector.Lanes;
import java.lang.foreign.MemorySegment;

/**
 * Matrix products {@code C (+)= A B} by packed panels.
 *
 * <p>The common index is cut into blocks of {@link #depth(int)}. Of each block, A is packed into panels of {@code
 * tile.rows()} rows (a heap array: its elements are broadcast) and B into panels of {@code tile.columns()} columns
 * (off-heap and aligned: it is read as vectors). C is cut into rectangles, or, where A is small, into groups of columns;
 * each element of C is summed by one thread in an order that depends on k and the tile alone, so the result is the same
 * for any number of threads.
 *
 * <p>A narrow B (see {@link Stored}) keeps its width in the panels; each is widened into the first-level cache before the
 * tiles read it.
 */
public record Gemm(Tile tile) {
    public Gemm {
        if (!tile.isPacked()) {
            throw new IllegalArgumentException("gemm: " + tile + " does not read panels of its own rows");
        }
    }

    /**
     * Depths in a block: a panel of B of this length stays in the first-level cache. With vectors of 512 bits no useful one
     * does, and the second-level cache is fast enough; there what costs is that each block but the first reads C.
     */
    private static final int DEPTH = Lanes.N < 16 ? 384 : 1152;
    /**
     * Rows of A in a block: with this depth, half of a second-level cache of 1 MB. Smaller ones gain nothing where the cache
     * is smaller, since a tile asks for A slowly, and each block of rows reads all of B.
     */
    private static final int ROWS = 342;
    /** Panels of columns that are finished together: rows long enough for a loop, while C is in a cache. */
    private static final int STRIP = 16;
    /** Rectangles of C for each worker, at least: small enough for an even end. */
    private static final int PIECES = 8;
    /** Panels of columns in a rectangle: fewer do not pay for packing its rows of A again. */
    private static final int LEAST_PANELS = 6;
    /** Elements of A, at most, that are all packed at once where rows are few. */
    private static final int LARGE = 1 << 25;
    /** Panels of columns that are packed together then: enough for runs of memory, few enough for an even end. */
    private static final int LEAST_GROUP = 4;

    private static final int MOST_GROUP = 8;
    /** Below this many multiplications a product runs on its caller alone. */
    private static final long PARALLEL = 200_000;

    private static final int A_SLOT = 0;
    private static final int PANEL_SLOT = 0;
    private static final int B_SLOT = 0;
    private static final int TILE_SLOT = 1;
    private static final int WIDE_SLOT = 2;

    /** Length of a block of depths: k in even parts, whose words are whole turns of a tile's loop with any {@link Stored}. */
    public static int depth(int k) {
        int turns = 4 * Tile.WHOLE;
        return ceil(ceil(k, Math.max(1, ceil(k, DEPTH))), turns) * turns;
    }

    private static int ceil(int a, int b) {
        return (a + b - 1) / b;
    }

    /** Words that {@link #pack} needs for B {@code [k n]}. */
    public long packedSize(Stored stored, int k, int n) {
        return (long) ceil(n, tile.columns()) * tile.columns() * Tile.whole(k / stored.perWord());
    }

    /**
     * Packs B for any number of products into {@code to}, which has {@link #packedSize} words.
     *
     * @param b words along the depth, whose length {@code k} is a whole number of them
     */
    public PackedMatrix pack(WorkerPool pool, Stored stored, int k, int n, Operand b, MemorySegment to) {
        requireWords(stored, k);
        int panels = ceil(n, tile.columns());
        int words = k / stored.perWord();
        int kc = depth(k) / stored.perWord();
        int blocks = ceil(words, Math.max(1, kc));
        pool.splitIf((long) k * n > PARALLEL, panels * blocks, (from, end) -> {
            for (int i = from; i < end; i++) {
                int p0 = i / panels * kc;
                int kb = Math.min(kc, words - p0);
                long at = 4L * tile.columns() * ((long) p0 * panels + i % panels * Tile.whole(kb));
                packB(b, n, p0, kb, to, at, i % panels, i % panels + 1);
            }
        });
        return new PackedMatrix(this, stored, k, n, to);
    }

    private static void requireWords(Stored stored, int k) {
        if (k % stored.perWord() != 0) {
            throw new IllegalArgumentException(
                    "gemm: k=" + k + " is not a whole number of words of " + stored.perWord() + " " + stored);
        }
    }

    /** {@code C [m n] (+)= A [m k] B [k n]}, B packed for this call. */
    public void multiply(WorkerPool pool, int m, int n, int k, Operand a, Operand b, Product c) {
        multiply(pool, m, n, k, a, Stored.F32, b, c);
    }

    /** The same with B in words of {@code stored} along the depth, whose length is a whole number of them. */
    public void multiply(WorkerPool pool, int m, int n, int k, Operand a, Stored stored, Operand b, Product c) {
        requireWords(stored, k);
        run(pool, m, n, k, a, new Right(stored, b, MemorySegment.NULL), c);
    }

    /** {@code C [m n] (+)= A [m k] B [k n]} with B packed before. */
    public void multiply(WorkerPool pool, int m, Operand a, PackedMatrix b, Product c) {
        if (!b.gemm().equals(this)) {
            throw new IllegalArgumentException("gemm: B was packed for " + b.gemm() + " where " + this + " runs");
        }
        Operand none = new Operand(b.data(), 0, 4, 4);
        run(pool, m, b.n(), b.k(), a, new Right(b.stored(), none, b.data()), c);
    }

    /** B: how and where it is, and its panels; where these are no memory, they must be filled first. */
    private record Right(Stored stored, Operand from, MemorySegment panels) {
        boolean mustPack() {
            return panels.byteSize() == 0;
        }

        int words(int depths) {
            return depths / stored.perWord();
        }

        /** Words of a packed depth of so many. */
        int packed(int depths) {
            return Tile.whole(words(depths));
        }
    }

    private void run(WorkerPool pool, int m, int n, int k, Operand a, Right b, Product c) {
        if (m == 0 || n == 0) {
            return;
        }
        try (Scratch shared = Scratch.borrow()) {
            int workers = pool.cuts((long) m * n * k > PARALLEL) ? pool.size() : 1;
            Grid grid = grid(ceil(m, tile.rows()), ceil(n, tile.columns()), workers);
            if (k == 0) {
                empty(m, n, c, shared.segment(TILE_SLOT, Lanes.N));
            } else if (grid.rows == 1
                    && (long) grid.mPanels * tile.rows() * Tile.whole(k) <= LARGE
                    && !(b.mustPack() && b.from().hasLongDepths())) {
                byColumns(pool, workers, m, n, k, a, b, c, shared);
            } else {
                byRectangles(pool, workers > 1, m, n, k, a, b, c, grid, shared);
            }
        }
    }

    /**
     * For few rows: all of A is packed; then whoever computes some panels of columns packs B for them, block of depths by
     * block, into the second-level cache, where C stays too.
     */
    private void byColumns(
            WorkerPool pool, int workers, int m, int n, int k, Operand a, Right b, Product c, Scratch shared) {
        int mPanels = ceil(m, tile.rows());
        int nPanels = ceil(n, tile.columns());
        int height = mPanels * tile.rows();
        int kc = depth(k);
        float[] rows = shared.floats(A_SLOT, (long) height * Tile.whole(k) + 16);
        pool.splitIf(workers > 1, mPanels * ceil(k, kc), (from, to) -> {
            int last;
            for (int i = from; i < to; i = last) {
                int block = i / mPanels;
                last = Math.min(to, (block + 1) * mPanels);
                int p0 = block * kc;
                int kb = Math.min(kc, k - p0);
                int panel = i - block * mPanels;
                int at = height * p0 + panel * tile.rows() * Tile.whole(kb);
                // Past a panel only what the same worker writes next may be written.
                packA(a, m, panel, panel + last - i, last < to ? 8 : 0, p0, kb, rows, at);
            }
        });
        int group = Math.clamp(nPanels / (PIECES * workers), LEAST_GROUP, MOST_GROUP);
        pool.splitIf(workers > 1, ceil(nPanels, group), (from, to) -> {
            try (Scratch own = Scratch.borrow()) {
                Part part = new Part(m, n, k, b.stored(), c, rows, own);
                boolean packs = b.mustPack();
                MemorySegment panels =
                        packs ? own.segment(B_SLOT, (long) group * tile.columns() * b.packed(kc)) : b.panels();
                for (int g = from; g < to; g++) {
                    int j0 = g * group;
                    int j1 = Math.min(nPanels, j0 + group);
                    for (int p0 = 0; p0 < k; p0 += kc) {
                        int kb = Math.min(kc, k - p0);
                        if (packs) {
                            packB(b.from(), n, b.words(p0), b.words(kb), panels, 0, j0, j1);
                        }
                        long at = packs ? 0 : place(b, nPanels, p0, kb, j0);
                        part.block(0, mPanels, height * p0, j0, j1, panels, at, p0, kb);
                    }
                }
            }
        });
    }

    /** Where panel {@code j} of a block of depths begins, in bytes, if the blocks before it are packed too. */
    private long place(Right b, int nPanels, int p0, int kb, int j) {
        return 4L * tile.columns() * ((long) b.words(p0) * nPanels + (long) b.packed(kb) * j);
    }

    /**
     * For many rows: B is packed for all workers (block of depths by block of depths, if only for this call); who computes
     * a rectangle packs its rows of A.
     */
    private void byRectangles(
            WorkerPool pool,
            boolean parallel,
            int m,
            int n,
            int k,
            Operand a,
            Right b,
            Product c,
            Grid grid,
            Scratch shared) {
        int nPanels = grid.nPanels;
        int kc = depth(k);
        boolean packs = b.mustPack();
        int step = packs ? kc : k;
        MemorySegment panels = packs ? shared.segment(B_SLOT, packedSize(b.stored(), Math.min(k, kc), n)) : b.panels();
        for (int start = 0; start < k; start += step) {
            int first = start;
            int end = Math.min(k, start + step);
            if (packs) {
                pool.splitIf(parallel, nPanels, (from, to) -> {
                    long at = 4L * tile.columns() * from * b.packed(end - first);
                    packB(b.from(), n, b.words(first), b.words(end - first), panels, at, from, to);
                });
            }
            pool.splitIf(parallel, grid.size(), (from, to) -> {
                try (Scratch own = Scratch.borrow()) {
                    float[] rows = own.floats(A_SLOT, (long) ceil(grid.mPanels, grid.rows) * tile.rows() * kc + 16);
                    Part part = new Part(m, n, k, b.stored(), c, rows, own);
                    int i = from;
                    while (i < to) {
                        // Neighbours in a row of the grid are one rectangle, whose rows of A are packed once.
                        int last = Math.min(to, (i / grid.columns + 1) * grid.columns);
                        int i0 = grid.row(i / grid.columns);
                        int i1 = grid.row(i / grid.columns + 1);
                        int j0 = grid.column(i % grid.columns);
                        int j1 = grid.column((last - 1) % grid.columns + 1);
                        for (int p0 = first; p0 < end; p0 += kc) {
                            int kb = Math.min(kc, end - p0);
                            packA(a, m, i0, i1, 8, p0, kb, rows, 0);
                            long at = place(b, nPanels, packs ? 0 : p0, kb, j0);
                            part.block(i0, i1, 0, j0, j1, panels, at, p0, kb);
                        }
                        i = last;
                    }
                }
            });
        }
    }

    /** Packs panels {@code i0 .. i1} of A, see {@link Operand#packLeft}. */
    private void packA(Operand a, int m, int i0, int i1, int room, int p0, int kb, float[] to, int at) {
        int mr = tile.rows();
        a.packLeft(i0 * mr, Math.min(m, i1 * mr) - i0 * mr, mr, room, p0, kb, to, at);
    }

    private void empty(int m, int n, Product c, MemorySegment spare) {
        for (int i = 0; i < m; i++) {
            long row = c.base() + i * c.stride();
            if (c.mode() == Product.Mode.SET) {
                c.data().asSlice(row, 4L * n).fill((byte) 0);
            }
            c.epilogue().apply(c.data(), row, c.stride(), 1, n, 0, spare);
        }
    }

    /** Packs the panels of columns {@code from .. end} to byte {@code at} and on. */
    private void packB(Operand b, int n, int p0, int kb, MemorySegment to, long at, int from, int end) {
        if (from >= end) {
            return;
        }
        int nr = tile.columns();
        try (Scratch own = Scratch.borrow()) {
            float[] panel = own.floats(PANEL_SLOT, (long) nr * Tile.whole(kb) + 16);
            b.packAll(from * nr, Math.min(n, end * nr) - from * nr, nr, p0, kb, panel, to, at);
        }
    }

    /** C in rectangles of even parts: panels of rows, and of columns. */
    private record Grid(int mPanels, int nPanels, int rows, int columns) {
        int size() {
            return rows * columns;
        }

        int row(int i) {
            return (int) ((long) mPanels * i / rows);
        }

        int column(int j) {
            return (int) ((long) nPanels * j / columns);
        }
    }

    /** Blocks of rows whose A stays in the second-level cache; where they are few, cut into columns for all workers. */
    private Grid grid(int mPanels, int nPanels, int workers) {
        int rows = ceil(mPanels, Math.max(1, ROWS / tile.rows()));
        int columns = workers == 1 ? 1 : Math.min(ceil(nPanels, LEAST_PANELS), ceil(PIECES * workers, rows));
        return new Grid(mPanels, nPanels, rows, Math.max(1, columns));
    }

    /** One worker's part of a product. */
    private final class Part {
        private final int m;
        private final int n;
        private final int k;
        private final Stored stored;
        private final Product c;
        /** Panels of A: one array for all workers, or one's own. */
        private final float[] rows;

        private final TileGrid tiles;
        private final MemorySegment wide;

        Part(int m, int n, int k, Stored stored, Product c, float[] rows, Scratch scratch) {
            this.m = m;
            this.n = n;
            this.k = k;
            this.stored = stored;
            this.c = c;
            this.rows = rows;
            this.tiles = TileGrid.of(tile, m, n, c.data(), c.base(), c.stride(), scratch, TILE_SLOT);
            this.wide = scratch.segment(WIDE_SLOT, stored == Stored.F32 ? 0 : (long) depth(k) * tile.columns());
        }

        /**
         * Rows of panels {@code i0 .. i1} (A packed from {@code ao} on) by panels of columns {@code j0 .. j1} (B packed
         * from byte {@code bo} of {@code panels} on) over depths {@code p0 .. p0 + kb}.
         */
        void block(int i0, int i1, int ao, int j0, int j1, MemorySegment panels, long bo, int p0, int kb) {
            boolean adds = p0 > 0 || c.mode() == Product.Mode.ADD;
            int depths = Tile.whole(kb);
            int words = Tile.whole(kb / stored.perWord());
            int first = j0;
            for (int j = j0; j < j1; j++) {
                long panel = bo + 4L * (j - j0) * tile.columns() * words;
                if (stored == Stored.F32) {
                    tiles.column(i0, i1, j, depths, rows, ao, panels, panel, adds);
                } else {
                    stored.widen(panels, panel, words, tile.columns(), wide);
                    tiles.column(i0, i1, j, depths, rows, ao, wide, 0, adds);
                }
                if (p0 + kb == k && (j + 1 - first == STRIP || j + 1 == j1)) {
                    finish(i0, i1, first, j + 1);
                    first = j + 1;
                }
            }
        }

        /** Bias and activation of panels of rows {@code i0 .. i1} and of columns {@code j0 .. j1}, which are complete. */
        private void finish(int i0, int i1, int j0, int j1) {
            int row = i0 * tile.rows();
            int column = j0 * tile.columns();
            int height = Math.min(m, i1 * tile.rows()) - row;
            int columns = Math.min(n, j1 * tile.columns()) - column;
            long co = c.base() + row * c.stride() + 4L * column;
            c.epilogue().apply(c.data(), co, c.stride(), height, columns, column, tiles.spare());
        }
    }
}
