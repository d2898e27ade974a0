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
 * (off-heap and aligned: it is read as vectors), in parallel. C is cut into rectangles; whoever computes one packs its rows
 * of A. Each element of C is summed by one thread in an order that depends on k alone, so the result is the same for any
 * number of threads, and for any tile.
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

    /** Depths in a block: a panel of B of this length stays in the first-level cache. */
    private static final int DEPTH = 384;
    /** Rows of A in a block: with this depth, half of a small second-level cache. */
    private static final int ROWS = 160;
    /** Panels of columns that are finished together: rows long enough for a loop, while C is in a cache. */
    private static final int STRIP = 16;
    /** Rectangles of C for each worker, at least: small enough for an even end. */
    private static final int PIECES = 8;
    /** Panels of columns in a rectangle: fewer do not pay for packing its rows of A again. */
    private static final int LEAST_PANELS = 6;
    /** Below this many multiplications a product runs on its caller alone. */
    private static final long PARALLEL = 200_000;

    private static final float[] NONE = {};
    private static final int A_SLOT = 0;
    private static final int PANEL_SLOT = 0;
    private static final int B_SLOT = 0;
    private static final int TILE_SLOT = 1;
    private static final int WIDE_SLOT = 2;

    /** Length of a block of depths: k in even parts of whole words of any {@link Stored}. */
    static int depth(int k) {
        return ceil(ceil(k, Math.max(1, ceil(k, DEPTH))), 4) * 4;
    }

    private static int ceil(int a, int b) {
        return (a + b - 1) / b;
    }

    /** Words that {@link #pack} needs for B {@code [k n]}. */
    public long packedSize(Stored stored, int k, int n) {
        return (long) ceil(n, tile.columns()) * tile.columns() * (k / stored.perWord());
    }

    /**
     * Packs B for any number of products into {@code to}, which has {@link #packedSize} words.
     *
     * @param b words along the depth, whose length {@code k} is a whole number of them
     */
    public PackedMatrix pack(WorkerPool pool, Stored stored, int k, int n, Factor b, MemorySegment to) {
        requireWords(stored, k);
        int panels = ceil(n, tile.columns());
        int words = k / stored.perWord();
        int kc = depth(k) / stored.perWord();
        int blocks = ceil(words, Math.max(1, kc));
        pool.splitIf((long) k * n > PARALLEL, panels * blocks, (from, end) -> {
            for (int i = from; i < end; i++) {
                int p0 = i / panels * kc;
                int kb = Math.min(kc, words - p0);
                packB(b, n, p0, kb, to, 4L * p0 * panels * tile.columns(), i % panels, i % panels + 1);
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
    public void multiply(WorkerPool pool, int m, int n, int k, Operand a, Factor b, Product c) {
        multiply(pool, m, n, k, a, Stored.F32, b, c);
    }

    /** The same with B in words of {@code stored} along the depth, whose length is a whole number of them. */
    public void multiply(WorkerPool pool, int m, int n, int k, Operand a, Stored stored, Factor b, Product c) {
        requireWords(stored, k);
        try (Scratch shared = Scratch.borrow()) {
            MemorySegment to = shared.segment(B_SLOT, packedSize(stored, Math.min(k, depth(k)), n));
            run(pool, m, n, k, a, new Right(stored, b, to, true), c, shared);
        }
    }

    /** {@code C [m n] (+)= A [m k] B [k n]} with B packed before. */
    public void multiply(WorkerPool pool, int m, Operand a, PackedMatrix b, Product c) {
        if (!b.gemm().equals(this)) {
            throw new IllegalArgumentException("gemm: B was packed for " + b.gemm() + " where " + this + " runs");
        }
        try (Scratch shared = Scratch.borrow()) {
            Operand none = new Operand(b.data(), 0, 4, 4);
            run(pool, m, b.n(), b.k(), a, new Right(b.stored(), none, b.data(), false), c, shared);
        }
    }

    /** B: how and where it is, where its panels are, and whether they must be filled first. */
    private record Right(Stored stored, Factor from, MemorySegment panels, boolean pack) {
        int words(int depths) {
            return depths / stored.perWord();
        }
    }

    private void run(WorkerPool pool, int m, int n, int k, Operand a, Right b, Product c, Scratch shared) {
        if (m == 0 || n == 0) {
            return;
        }
        if (k == 0) {
            empty(m, n, c, shared.segment(TILE_SLOT, Lanes.N));
            return;
        }
        boolean parallel = pool.cuts((long) m * n * k > PARALLEL);
        int nPanels = ceil(n, tile.columns());
        int kc = depth(k);
        Grid grid = grid(ceil(m, tile.rows()), nPanels, parallel ? pool.size() : 1);
        boolean few = grid.rows == 1;
        // Blocks of depths one after the other, if what all workers read is packed for each; else all at once.
        int step = b.pack() || few ? kc : k;
        float[] rows = few ? shared.floats(A_SLOT, rowsSize(m, k)) : NONE;
        for (int p0 = 0; p0 < k; p0 += step) {
            int first = p0;
            int end = Math.min(k, p0 + step);
            if (b.pack()) {
                pool.splitIf(
                        parallel,
                        nPanels,
                        (from, to) ->
                                packB(b.from(), n, b.words(first), b.words(end - first), b.panels(), 0, from, to));
            }
            if (few) {
                packA(a, m, 0, grid.mPanels, first, end - first, rows);
            }
            pool.splitIf(parallel, grid.size(), (from, to) -> {
                try (Scratch own = Scratch.borrow()) {
                    Part part = new Part(m, n, k, a, b, c, grid, rows, own);
                    int i = from;
                    while (i < to) {
                        // Neighbours in a row of the grid are one rectangle, whose rows of A are packed once.
                        int last = Math.min(to, (i / grid.columns + 1) * grid.columns);
                        part.run(i, last, first, end);
                        i = last;
                    }
                }
            });
        }
    }

    /** Floats that {@link #packA} needs for {@code m} rows of a block of depths. */
    private long rowsSize(int m, int k) {
        return (long) ceil(m, tile.rows()) * tile.rows() * depth(k) + 16;
    }

    private void packA(Operand a, int m, int i0, int i1, int p0, int kb, float[] to) {
        int mr = tile.rows();
        for (int i = i0; i < i1; i++) {
            a.pack(i * mr, Math.min(mr, m - i * mr), mr, 8, p0, kb, to, (i - i0) * mr * kb);
        }
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

    private void packB(Factor b, int n, int p0, int kb, MemorySegment to, long base, int from, int end) {
        if (from >= end) {
            return;
        }
        int nr = tile.columns();
        try (Scratch own = Scratch.borrow()) {
            float[] panel = own.floats(PANEL_SLOT, (long) nr * kb + 16);
            for (int jp = from; jp < end; jp++) {
                b.pack(jp * nr, Math.min(nr, n - jp * nr), nr, p0, kb, panel, to, base + 4L * jp * nr * kb);
            }
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
        private final Operand a;
        private final Right b;
        private final Product c;
        private final Grid grid;
        private final boolean narrow;
        /** A block of A, packed: one for all workers, or one's own. */
        private final float[] rows;

        private final boolean own;
        private final MemorySegment spare;
        private final MemorySegment wide;

        /** @param common a packed block of all rows of A, or nothing */
        Part(int m, int n, int k, Operand a, Right b, Product c, Grid grid, float[] common, Scratch scratch) {
            this.m = m;
            this.n = n;
            this.k = k;
            this.a = a;
            this.b = b;
            this.c = c;
            this.grid = grid;
            this.narrow = b.stored() != Stored.F32;
            this.own = common.length == 0;
            int most = ceil(grid.mPanels, grid.rows) * tile.rows();
            this.rows = own ? scratch.floats(A_SLOT, rowsSize(most, k)) : common;
            this.spare = scratch.segment(TILE_SLOT, (long) tile.rows() * tile.columns());
            this.wide = scratch.segment(WIDE_SLOT, narrow ? (long) depth(k) * tile.columns() : 0);
        }

        /** Rectangles {@code i .. last} of a row of the grid, over the depths {@code from .. end}. */
        void run(int i, int last, int from, int end) {
            int i0 = grid.row(i / grid.columns);
            int i1 = grid.row(i / grid.columns + 1);
            int j0 = grid.column(i % grid.columns);
            int j1 = grid.column((last - 1) % grid.columns + 1);
            int kc = depth(k);
            for (int p0 = from; p0 < end; p0 += kc) {
                int kb = Math.min(kc, end - p0);
                if (own) {
                    packA(a, m, i0, i1, p0, kb, rows);
                }
                block(i0, i1, j0, j1, p0, kb, p0 > 0 || c.mode() == Product.Mode.ADD, p0 + kb == k);
            }
        }

        private void block(int i0, int i1, int j0, int j1, int p0, int kb, boolean adds, boolean last) {
            int words = b.words(kb);
            long bo = b.pack() ? 0 : 4L * b.words(p0) * grid.nPanels * tile.columns();
            int first = j0;
            for (int j = j0; j < j1; j++) {
                long panel = bo + 4L * j * tile.columns() * words;
                if (narrow) {
                    b.stored().widen(b.panels(), panel, words, tile.columns(), wide);
                    column(i0, i1, j, kb, wide, 0, adds);
                } else {
                    column(i0, i1, j, kb, b.panels(), panel, adds);
                }
                if (last && (j + 1 - first == STRIP || j + 1 == j1)) {
                    finish(i0, i1, first, j + 1);
                    first = j + 1;
                }
            }
        }

        /** The tiles of rows of panels {@code i0 .. i1} in panel {@code j} of columns, at byte {@code at} of right. */
        private void column(int i0, int i1, int j, int kb, MemorySegment right, long at, boolean adds) {
            int mr = tile.rows();
            int nr = tile.columns();
            int w = Math.min(nr, n - j * nr);
            // Whole tiles at once; those at the edges of C by way of a tile of their own.
            int whole = w < nr ? i0 : Math.max(i0, Math.min(i1, m / mr));
            if (whole > i0) {
                long co = c.base() + (long) i0 * mr * c.stride() + 4L * j * nr;
                if (adds) {
                    tile.add(whole - i0, kb, rows, 0, right, at, c.data(), co, c.stride());
                } else {
                    tile.zero(whole - i0, kb, rows, 0, right, at, c.data(), co, c.stride());
                }
            }
            for (int ip = whole; ip < i1; ip++) {
                long co = c.base() + (long) ip * mr * c.stride() + 4L * j * nr;
                edge((ip - i0) * mr * kb, kb, right, at, co, Math.min(mr, m - ip * mr), w, adds);
            }
        }

        /** Bias and activation of panels of rows {@code i0 .. i1} and of columns {@code j0 .. j1}, which are complete. */
        private void finish(int i0, int i1, int j0, int j1) {
            int row = i0 * tile.rows();
            int column = j0 * tile.columns();
            int height = Math.min(m, i1 * tile.rows()) - row;
            int columns = Math.min(n, j1 * tile.columns()) - column;
            long co = c.base() + row * c.stride() + 4L * column;
            c.epilogue().apply(c.data(), co, c.stride(), height, columns, column, spare);
        }

        /** A tile of which C has {@code h x w}: its terms are added in the order of every other tile's. */
        private void edge(int ao, int kb, MemorySegment right, long at, long co, int h, int w, boolean adds) {
            long row = 4L * tile.columns();
            if (adds) {
                for (int i = 0; i < h; i++) {
                    MemorySegment.copy(c.data(), co + i * c.stride(), spare, i * row, 4L * w);
                }
                tile.add(1, kb, rows, ao, right, at, spare, 0, row);
            } else {
                tile.zero(1, kb, rows, ao, right, at, spare, 0, row);
            }
            for (int i = 0; i < h; i++) {
                MemorySegment.copy(spare, i * row, c.data(), co + i * c.stride(), 4L * w);
            }
        }
    }
}
