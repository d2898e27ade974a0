package dev.airfoil.kernels.cpu.rows;

import java.util.ArrayList;
import java.util.List;

/**
 * Which rows share their settings: row r of {@code [b n]} belongs to group {@code (batch, stream)}, where rows of a batch
 * before {@code split} are stream 0. The rows are also cut into chunks that lie in one group each and depend on nothing
 * but the sizes: sums over rows are made chunk by chunk, so their bits do not depend on the threads.
 */
record Groups(int b, int n, int split, int streams) {
    private static final int CHUNK = 32;

    /** All rows alike. */
    static Groups one(int rows) {
        return new Groups(1, rows, 0, 1);
    }

    int rows() {
        return b * n;
    }

    int count() {
        return b * streams;
    }

    int of(int row) {
        return streams == 1 ? row / n : row / n * 2 + (row % n < split ? 0 : 1);
    }

    /** First row of group {@code g}. */
    private int start(int g) {
        return streams == 1 ? g * n : g / 2 * n + (g % 2 == 0 ? 0 : split);
    }

    private int size(int g) {
        return streams == 1 ? n : g % 2 == 0 ? split : n - split;
    }

    /** The chunks of all groups in order. */
    Chunk[] chunks() {
        List<Chunk> all = new ArrayList<>();
        for (int g = 0; g < count(); g++) {
            int end = start(g) + size(g);
            for (int row = start(g); row < end; row += CHUNK) {
                all.add(new Chunk(g, row, Math.min(end, row + CHUNK)));
            }
        }
        return all.toArray(Chunk[]::new);
    }

    /** Rows {@code from .. to} of one group. */
    record Chunk(int group, int from, int to) {}
}
