package dev.airfoil.kernels.cpu.conv;

import static dev.airfoil.kernels.cpu.vector.Lanes.F;
import static dev.airfoil.kernels.cpu.vector.Lanes.LE;

import dev.airfoil.kernels.cpu.Floats;
import dev.airfoil.kernels.cpu.Scratch;
import dev.airfoil.kernels.cpu.vector.Lanes;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * A band of an image as the right side of tiles. Where output rows are whole strips of {@code width} pixels, a strip of
 * an image row is packed once for each column of the kernel, and serves all output rows that it meets: what one of them
 * sees is a piece of its strip.
 *
 * <pre>
 * strip of 3 x 3, stride 1:   [row 0: j c][row 1: j c][row 2: j c][row 3: j c] ..      each [j c] a panel [j][c][width]
 * output row 1                            |---- depths i j c ----------------|
 * output row 2                                        |---- and so on ------
 * </pre>
 *
 * Where they are not, every {@code width} pixels, from one row or more, get their depths {@code [i j c][width]} alone.
 */
final class Strips {
    /** Channels that are read together, so that what is written runs on for a while. */
    private static final int CHANNELS = 16;
    /** Between rows, so that they do not all fall on the same places of a cache. */
    private static final int GAP = 32;

    private static final int PANELS_SLOT = 0;
    private static final int LINES_SLOT = 1;

    private final Window window;
    private final int width;
    private final int q;
    private final boolean whole;
    /** Floats of a row of the kernel, and of the image. */
    private final int row;

    Strips(Window window, int width) {
        this.window = window;
        this.width = width;
        q = window.outCols();
        whole = q % width == 0;
        row = window.j() * window.c() * width + GAP;
    }

    /** The kernel's first row that is of use to panel {@code n}: what lies outside of the image is left out. */
    int firstTap(int n) {
        return whole ? window.firstTap(n / unit()) : 0;
    }

    /** Behind the last one; not above the first if there is none. */
    int endTap(int n) {
        return whole ? window.endTap(n / unit()) : window.i();
    }

    /** Panels in an output row, or 1 where they do not end with it. */
    int unit() {
        return whole ? q / width : 1;
    }

    int count() {
        return (window.pixels() + width - 1) / width;
    }

    /** Panels, in whole units, of which about {@code floats} are packed. */
    int fitting(int floats) {
        int each = whole ? row * window.stride() : row * window.i();
        return unit() * Math.max(1, floats / (each * unit()));
    }

    /** Panels {@code n0 .. n1}, packed. */
    final class Band {
        private final int n0;
        private final int y0;
        private final int rows;
        private final MemorySegment panels;
        /** What each phase of columns sees of some channels {@code [channel][phase][row]}. */
        private final MemorySegment lines;

        private final int phases;
        private final int length;

        Band(Floats x, int n0, int n1, Scratch own) {
            this.n0 = n0;
            int p0 = n0 * width / q;
            int p1 = (Math.min(n1 * width, window.pixels()) - 1) / q;
            y0 = window.row(p0);
            rows = window.row(p1) + window.i() - y0;
            panels = own.segment(PANELS_SLOT, (long) row * (whole ? rows * unit() : (n1 - n0) * window.i()));
            phases = Math.min(window.stride(), window.j());
            length = q + (window.j() - 1) / window.stride();
            lines = own.segment(LINES_SLOT, (long) CHANNELS * phases * rows * length);
            Column[] columns = new Column[phases];
            Arrays.setAll(columns, v -> Column.of(window, v, length));
            for (int c0 = 0; c0 < window.c(); c0 += CHANNELS) {
                int c1 = Math.min(window.c(), c0 + CHANNELS);
                for (int c = c0; c < c1; c++) {
                    Floats plane = new Floats(x.data(), x.at((long) c * window.h() * window.w()));
                    for (int v = 0; v < phases; v++) {
                        for (int r = 0; r < rows; r++) {
                            columns[v].read(plane, y0 + r, lines, line(c - c0, r, v));
                        }
                    }
                }
                for (int j = 0; j < window.j(); j++) {
                    if (whole) {
                        strips(c0, c1, j);
                    } else {
                        pieces(n0, n1, c0, c1, j);
                    }
                }
            }
        }

        /** Byte of what column {@code j} of the kernel sees of row {@code r} of a channel at output column 0. */
        private long line(int c, int r, int j) {
            int s = window.stride();
            return 4L * (((c * phases + j % s) * rows + r) * length + j / s);
        }

        MemorySegment data() {
            return panels;
        }

        /** Byte of depth 0 of row {@code i} of the kernel, for panel {@code n}. */
        long at(int n, int i) {
            if (whole) {
                int p = n / unit();
                return 4L * row * ((long) (n % unit()) * rows + window.row(p) - y0 + i);
            }
            return 4L * row * ((long) (n - n0) * window.i() + i);
        }

        private void strips(int c0, int c1, int j) {
            long next = line(1, 0, 0) - line(0, 0, 0);
            for (int k = 0; k < unit(); k++) {
                for (int r = 0; r < rows; r++) {
                    long from = line(0, r, j) + 4L * k * width;
                    long to = 4 * ((long) row * (k * rows + r) + (j * window.c() + c0) * width);
                    spread(lines, from, next, c1 - c0, width, panels, to);
                }
            }
        }

        private void pieces(int n0, int n1, int c0, int c1, int j) {
            for (int n = n0; n < n1; n++) {
                int end = Math.min(window.pixels(), (n + 1) * width);
                for (int pixel = n * width; pixel < end; ) {
                    int p = pixel / q;
                    int count = Math.min(end, (p + 1) * q) - pixel;
                    for (int i = 0; i < window.i(); i++) {
                        for (int c = c0; c < c1; c++) {
                            long from = line(c - c0, window.row(p) - y0 + i, j) + 4L * (pixel - p * q);
                            long to = at(n, i) + 4L * ((j * window.c() + c) * width + pixel - n * width);
                            Column.copy(lines, from, count, panels, to);
                        }
                    }
                    pixel += count;
                }
            }
        }
    }

    /** A strip of a line of each channel. */
    private static void spread(
            MemorySegment x, long from, long next, int channels, int width, MemorySegment y, long at) {
        MemorySegment s = Lanes.offHeap(x);
        MemorySegment to = Lanes.offHeap(y);
        for (int g = 0; g < width; g += Lanes.N) {
            for (int c = 0; c < channels; c++) {
                FloatVector.fromMemorySegment(F, s, from + c * next + 4L * g, LE)
                        .intoMemorySegment(to, at + 4L * (c * width + g), LE);
            }
        }
    }
}
