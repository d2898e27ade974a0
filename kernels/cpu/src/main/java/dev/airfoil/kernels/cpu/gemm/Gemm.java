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
 * (off-heap and aligned: it is read as vectors); both in parallel, then the tiles of C in parallel. Each element of C is
 * summed by one thread in an order that depends on k alone, so the result is the same for any number of threads, and for
 * any tile.
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
    /** Rows of A that are packed at once: bounds the scratch memory. */
    private static final int CHUNK = 1920;
    /** Below this many multiplications a product runs on its caller alone. */
    private static final long PARALLEL = 200_000;

    private static final int A_SLOT = 0;
    private static final int PANEL_SLOT = 1;
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
        int kc = depth(k);
        int nPanels = ceil(n, tile.columns());
        float[] ap = shared.floats(A_SLOT, (long) ceil(Math.min(m, CHUNK), tile.rows()) * tile.rows() * kc);
        for (int p0 = 0; p0 < k; p0 += kc) {
            int kb = Math.min(kc, k - p0);
            long bo = b.pack() ? 0 : 4L * b.words(p0) * nPanels * tile.columns();
            for (int i0 = 0; i0 < m; i0 += CHUNK) {
                int rows = Math.min(CHUNK, m - i0);
                int mPanels = ceil(rows, tile.rows());
                int bPanels = b.pack() && i0 == 0 ? nPanels : 0;
                Block block = new Block(
                        rows, n, kb, p0 == 0, p0 + kb == k, ap, b.stored(), b.panels(), bo, c.at(i0 * c.stride()));
                int first = p0;
                int row = i0;
                // Panels of B count for several of A, so that the ranges of workers are about even.
                int weight = Math.max(1, tile.columns() / tile.rows());
                pool.splitIf(parallel, mPanels + bPanels * weight, (from, to) -> {
                    packA(a, row, rows, first, kb, ap, Math.min(from, mPanels), Math.min(to, mPanels));
                    int j0 = ceil(Math.max(0, from - mPanels), weight);
                    int j1 = ceil(Math.max(0, to - mPanels), weight);
                    packB(b.from(), n, b.words(first), b.words(kb), b.panels(), bo, j0, j1);
                });
                grid(pool, parallel, mPanels, nPanels, block);
            }
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

    private void packA(Operand a, int i0, int rows, int p0, int kb, float[] ap, int from, int to) {
        int mr = tile.rows();
        for (int ip = from; ip < to; ip++) {
            // The next panel may belong to another worker.
            int room = ip + 1 < to ? 8 : 0;
            a.pack(i0 + ip * mr, Math.min(mr, rows - ip * mr), mr, room, p0, kb, ap, ip * mr * kb);
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

    /** One block of depths: what all tiles of it share. */
    private record Block(
            int m,
            int n,
            int k,
            boolean first,
            boolean last,
            float[] a,
            Stored stored,
            MemorySegment b,
            long bo,
            Product c) {
        boolean adds() {
            return !first || c.mode() == Product.Mode.ADD;
        }
    }

    /** Cuts the tiles of C into a grid of rectangles, one a worker, as even as can be. */
    private void grid(WorkerPool pool, boolean parallel, int mPanels, int nPanels, Block block) {
        int workers = parallel ? pool.size() : 1;
        int best = 1;
        long least = Long.MAX_VALUE;
        for (int r = 1; r <= workers; r++) {
            if (workers % r == 0) {
                long most = (long) ceil(mPanels, r) * ceil(nPanels, workers / r);
                if (most < least) {
                    least = most;
                    best = r;
                }
            }
        }
        int r = best;
        int columns = workers / r;
        pool.splitIf(parallel, workers, (from, to) -> {
            for (int w = from; w < to; w++) {
                int i = w / columns;
                int j = w % columns;
                compute(block, mPanels * i / r, mPanels * (i + 1) / r, (int) ((long) nPanels * j / columns), (int)
                        ((long) nPanels * (j + 1) / columns));
            }
        });
    }

    private void compute(Block block, int i0, int i1, int j0, int j1) {
        int step = Math.max(1, ROWS / tile.rows());
        int words = block.k / block.stored.perWord();
        boolean narrow = block.stored != Stored.F32;
        try (Scratch own = Scratch.borrow()) {
            MemorySegment spare = own.segment(TILE_SLOT, (long) tile.rows() * tile.columns());
            MemorySegment wide = own.segment(WIDE_SLOT, narrow ? (long) block.k * tile.columns() : 0);
            for (int ic = i0; ic < i1; ic += step) {
                int end = Math.min(i1, ic + step);
                int first = j0;
                for (int j = j0; j < j1; j++) {
                    long panel = block.bo + 4L * j * tile.columns() * words;
                    if (narrow) {
                        block.stored.widen(block.b, panel, words, tile.columns(), wide);
                        column(block, ic, end, j, wide, 0, spare);
                    } else {
                        column(block, ic, end, j, block.b, panel, spare);
                    }
                    if (block.last && (j + 1 - first == STRIP || j + 1 == j1)) {
                        finish(block, ic, end, first, j + 1, spare);
                        first = j + 1;
                    }
                }
            }
        }
    }

    /** The tiles of rows of panels {@code i0 .. i1} in panel {@code j} of columns, which lies at byte {@code bo} of b. */
    private void column(Block block, int i0, int i1, int j, MemorySegment b, long bo, MemorySegment spare) {
        int mr = tile.rows();
        int nr = tile.columns();
        int k = block.k;
        Product c = block.c;
        int w = Math.min(nr, block.n - j * nr);
        // Whole tiles at once; those at the edges of C by way of a tile of their own.
        int whole = w < nr ? i0 : Math.max(i0, Math.min(i1, block.m / mr));
        if (whole > i0) {
            long co = c.base() + (long) i0 * mr * c.stride() + 4L * j * nr;
            if (block.adds()) {
                tile.add(whole - i0, k, block.a, i0 * mr * k, b, bo, c.data(), co, c.stride());
            } else {
                tile.zero(whole - i0, k, block.a, i0 * mr * k, b, bo, c.data(), co, c.stride());
            }
        }
        for (int ip = whole; ip < i1; ip++) {
            long co = c.base() + (long) ip * mr * c.stride() + 4L * j * nr;
            int h = Math.min(mr, block.m - ip * mr);
            edge(block, ip * mr * k, b, bo, co, h, w, spare);
        }
    }

    /** Bias and activation of panels of rows {@code i0 .. i1} and of columns {@code j0 .. j1}, which are complete. */
    private void finish(Block block, int i0, int i1, int j0, int j1, MemorySegment spare) {
        Product c = block.c;
        int row = i0 * tile.rows();
        int column = j0 * tile.columns();
        int rows = Math.min(block.m, i1 * tile.rows()) - row;
        int columns = Math.min(block.n, j1 * tile.columns()) - column;
        long co = c.base() + row * c.stride() + 4L * column;
        c.epilogue().apply(c.data(), co, c.stride(), rows, columns, column, spare);
    }

    /** A tile of which C has {@code h x w}: its terms are added in the order of every other tile's. */
    private void edge(Block block, int ao, MemorySegment b, long bo, long co, int h, int w, MemorySegment spare) {
        Product c = block.c;
        long row = 4L * tile.columns();
        if (block.adds()) {
            for (int i = 0; i < h; i++) {
                MemorySegment.copy(c.data(), co + i * c.stride(), spare, i * row, 4L * w);
            }
            tile.add(1, block.k, block.a, ao, b, bo, spare, 0, row);
        } else {
            tile.zero(1, block.k, block.a, ao, b, bo, spare, 0, row);
        }
        for (int i = 0; i < h; i++) {
            MemorySegment.copy(spare, i * row, c.data(), co + i * c.stride(), 4L * w);
        }
    }
}
