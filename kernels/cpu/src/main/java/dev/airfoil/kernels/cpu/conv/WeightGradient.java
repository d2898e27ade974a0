package dev.airfoil.kernels.cpu.conv;

import dev.airfoil.kernels.cpu.Call;
import dev.airfoil.kernels.cpu.Floats;
import dev.airfoil.kernels.cpu.Scratch;
import dev.airfoil.kernels.cpu.gemm.Gemm;
import dev.airfoil.kernels.cpu.gemm.Operand;
import dev.airfoil.kernels.cpu.gemm.Tile;
import dev.airfoil.kernels.cpu.vector.Lanes;
import java.lang.foreign.MemorySegment;

/**
 * {@code gw[i][o][j c] = gy[o][pixels] patches[i][j c][pixels]^T}, with the pixels as depth. Of the image, what a column of
 * the kernel sees is packed once, row after row, in panels of as many {@code [j c]} as a tile has columns; for each row
 * of the kernel the same panel begins some rows further on.
 *
 * <pre>
 * panel of 3 x 3, stride 1:   [row -1][row 0][row 1][row 2] ..      each [row] is [pixels of an output row][j c]
 * row 0 of the kernel         |---- output rows ---------
 * row 1                               |---- output rows ----
 * </pre>
 *
 * With stride s, rows that leave the same remainder follow each other, since row i of the kernel sees every s-th.
 */
final class WeightGradient {
    /** Pixels, about, that are packed at a time. */
    private static final int MOST = 4096;
    /** Output channels whose gradients, of one block of depths, stay in the second-level cache. */
    private static final int ROWS = 342;

    private static final int LEFT_SLOT = 0;
    private static final int SUMS_SLOT = 0;
    private static final int TURN_SLOT = 0;
    private static final int LINES_SLOT = 0;
    private static final int PANEL_SLOT = 1;

    private final Window window;
    private final int o;
    private final Tile tile;
    /** Panels of output channels, and of [j c]. */
    private final int mPanels;

    private final int nPanels;
    private final int phases;

    /** {@code gy} in panels. */
    private final float[] left;
    /** {@code [panel of j c][i][o][j c]}. */
    private final MemorySegment sums;

    private WeightGradient(Window window, int o, Tile tile, int rows, Scratch shared) {
        this.window = window;
        this.o = o;
        this.tile = tile;
        mPanels = (o + tile.rows() - 1) / tile.rows();
        nPanels = (window.j() * window.c() + tile.columns() - 1) / tile.columns();
        phases = Math.min(window.stride(), window.i());
        left = shared.floats(LEFT_SLOT, (long) mPanels * tile.rows() * rows * window.outCols() + 16);
        sums = shared.segment(SUMS_SLOT, nPanels * size());
    }

    /** Floats of the sums of one panel. */
    private long size() {
        return (long) window.i() * mPanels * tile.rows() * tile.columns();
    }

    static void run(Call call, Window window, int images, int o, Floats x, Floats gy, Floats gw) {
        int step = Math.clamp(MOST / window.outCols(), 1, window.outRows());
        boolean worthIt = window.isWorthSharing(images, o);
        try (Scratch shared = Scratch.borrow()) {
            WeightGradient all =
                    new WeightGradient(window, o, call.choice().gemm().tile(), step, shared);
            for (int b = 0; b < images; b++) {
                Floats image = new Floats(x.data(), x.at(b * window.image()));
                Floats grad = new Floats(gy.data(), gy.at((long) b * o * window.pixels()));
                for (int p = 0; p < window.outRows(); p += step) {
                    int p0 = p;
                    int p1 = Math.min(window.outRows(), p0 + step);
                    boolean adds = b > 0 || p0 > 0;
                    call.pool().splitIf(worthIt, all.mPanels, (from, to) -> all.packLeft(grad, p0, p1, from, to));
                    call.pool()
                            .splitIf(worthIt, all.nPanels, (from, to) -> all.multiply(image, p0, p1, adds, from, to));
                }
            }
            call.pool().splitIf(worthIt, o, (from, to) -> all.finish(from, to, gw));
        }
    }

    private void packLeft(Floats gy, int p0, int p1, int from, int to) {
        int pixels = (p1 - p0) * window.outCols();
        int mr = tile.rows();
        int kc = Gemm.depth(pixels);
        Operand rows = Operand.ofRows(gy.data(), gy.at((long) p0 * window.outCols()), window.pixels());
        for (int k = 0; k < pixels; k += kc) {
            int kb = Math.min(kc, pixels - k);
            for (int m = from; m < to; m++) {
                int at = mr * (mPanels * k + m * kb);
                rows.pack(m * mr, Math.min(mr, o - m * mr), mr, m + 1 < to ? 8 : 0, k, kb, left, at);
            }
        }
    }

    /** Output rows {@code p0 .. p1} of panels {@code from .. to} of [j c]. */
    private void multiply(Floats x, int p0, int p1, boolean adds, int from, int to) {
        int pixels = (p1 - p0) * window.outCols();
        int mr = tile.rows();
        int nr = tile.columns();
        int kc = Gemm.depth(pixels);
        int rows = p1 - p0 + (window.i() - 1) / window.stride();
        int chunks = (o + ROWS - 1) / ROWS;
        try (Scratch own = Scratch.borrow()) {
            MemorySegment panel = own.segment(PANEL_SLOT, (long) Tile.whole(phases * rows * window.outCols()) * nr);
            for (int n = from; n < to; n++) {
                pack(x, p0, rows, n, own, panel);
                for (int chunk = 0; chunk < chunks; chunk++) {
                    int m0 = mPanels * chunk / chunks;
                    int m1 = mPanels * (chunk + 1) / chunks;
                    for (int k = 0; k < pixels; k += kc) {
                        int kb = Math.min(kc, pixels - k);
                        int ao = mr * (mPanels * k + m0 * kb);
                        for (int i = 0; i < window.i(); i++) {
                            int row = i % window.stride() * rows + i / window.stride();
                            long bo = 4L * nr * ((long) row * window.outCols() + k);
                            long co = 4 * (n * size() + ((long) i * mPanels + m0) * mr * nr);
                            if (adds || k > 0) {
                                tile.add(m1 - m0, kb, left, ao, panel, bo, sums, co, 4L * nr);
                            } else {
                                tile.zero(m1 - m0, kb, left, ao, panel, bo, sums, co, 4L * nr);
                            }
                        }
                    }
                }
            }
        }
    }

    /** Packs panel {@code n}: rows of the image from that which output row {@code p0} meets first. */
    private void pack(Floats x, int p0, int rows, int n, Scratch own, MemorySegment to) {
        int q = window.outCols();
        int nr = tile.columns();
        int depth = phases * rows * q;
        MemorySegment lines = own.segment(LINES_SLOT, (long) nr * depth);
        int d0 = n * nr;
        int w = Math.min(nr, window.j() * window.c() - d0);
        for (int d = d0; d < d0 + w; d++) {
            int c = d % window.c();
            Floats plane = new Floats(x.data(), x.at((long) c * window.h() * window.w()));
            Column column = Column.of(window, d / window.c(), q);
            for (int v = 0; v < phases; v++) {
                for (int r = 0; r < rows; r++) {
                    long at = 4L * (((long) (d - d0) * phases + v) * rows + r) * q;
                    column.read(plane, window.row(p0 + r) + v, lines, at);
                }
            }
        }
        float[] turn = own.floats(TURN_SLOT, (long) nr * Tile.whole(depth) + 16);
        Operand.ofRows(lines, 0, depth).packRight(w, nr, depth, turn, to);
    }

    /** Output channels {@code from .. to}: from panels to {@code [o c i j]}. */
    private void finish(int from, int to, Floats gw) {
        int nr = tile.columns();
        int taps = window.i() * window.j();
        for (int r = from; r < to; r++) {
            long row = gw.at((long) r * window.c() * taps);
            for (int i = 0; i < window.i(); i++) {
                int c = 0;
                int tap = i * window.j();
                for (int n = 0; n < nPanels; n++) {
                    long source = 4 * (n * size() + ((long) i * mPanels * tile.rows() + r) * nr);
                    int w = Math.min(nr, window.j() * window.c() - n * nr);
                    for (int k = 0; k < w; k++) {
                        Lanes.set(gw.data(), row + 4L * (c * taps + tap), Lanes.get(sums, source + 4L * k));
                        c++;
                        if (c == window.c()) {
                            c = 0;
                            tap++;
                        }
                    }
                }
            }
        }
    }
}
