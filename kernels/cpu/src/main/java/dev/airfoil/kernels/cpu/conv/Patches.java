package dev.airfoil.kernels.cpu.conv;

import static dev.airfoil.kernels.cpu.vector.Lanes.F;
import static dev.airfoil.kernels.cpu.vector.Lanes.LE;

import dev.airfoil.kernels.cpu.Floats;
import dev.airfoil.kernels.cpu.Scratch;
import dev.airfoil.kernels.cpu.gemm.Factor;
import dev.airfoil.kernels.cpu.gemm.Operand;
import dev.airfoil.kernels.cpu.vector.Lanes;
import dev.airfoil.tensor.ops.Conv2d;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * The patches of images {@code [c h w]} that a kernel of {@code i x j} sees, as a matrix {@code [c i j][pixels]}: with it
 * a convolution is a matrix product. The matrix lies nowhere; panels of it are packed straight from the image.
 */
record Patches(Conv2d conv, int c, int h, int w, int i, int j) {
    private static final int ROWS_SLOT = 3;

    int outRows() {
        return conv.outRows(h, i);
    }

    int outCols() {
        return conv.outCols(w, j);
    }

    int pixels() {
        return outRows() * outCols();
    }

    /** Length of a patch. */
    int depth() {
        return c * i * j;
    }

    /** Floats of an image. */
    long image() {
        return (long) c * h * w;
    }

    /** The matrix of the image at {@code x} as right factor {@code [depth pixels]}. */
    Factor right(Floats x) {
        return isImage()
                ? Operand.ofColumns(x.data(), x.base(), pixels())
                : (i0, n, width, p0, k, _, to, at) -> columns(x, i0, n, width, p0, k, to, at);
    }

    /** Its transpose as right factor {@code [pixels depth]}. */
    Factor transposed(Floats x) {
        return isImage()
                ? Operand.ofRows(x.data(), x.base(), pixels())
                : (i0, n, width, p0, k, panel, to, at) -> rows(x, i0, n, width, p0, k, panel, to, at);
    }

    /** True if the image is the matrix: 1 x 1, stride 1, no padding. */
    private boolean isImage() {
        return i == 1 && j == 1 && conv.stride() == 1 && conv.top() + conv.left() + conv.bottom() + conv.right() == 0;
    }

    /** Pixels {@code i0 .. i0 + n} of patch elements {@code p0 .. p0 + k}, see {@link Factor#pack}. */
    private void columns(Floats x, int i0, int n, int width, int p0, int k, MemorySegment to, long at) {
        int taps = i * j;
        int q = outCols();
        for (int tap = 0; tap < taps; tap++) {
            int c0 = (p0 - tap + taps - 1) / taps;
            int c1 = (p0 + k - tap + taps - 1) / taps;
            long panel = at + 4L * (c0 * taps + tap - p0) * width;
            for (int first = i0; first < i0 + n; ) {
                int p = first / q;
                int end = Math.min(i0 + n, (p + 1) * q);
                run(x, tap, c0, c1, p, first - p * q, end - p * q, to, panel + 4L * (first - i0), 4L * taps * width);
                first = end;
            }
        }
    }

    /** Columns {@code from .. end} of output row {@code p}, at one place of the kernel, of channels {@code c0 .. c1}. */
    private void run(
            Floats x, int tap, int c0, int c1, int p, int from, int end, MemorySegment to, long at, long step) {
        int channels = c1 - c0;
        long row = source(tap, p);
        int a = row < 0 ? end : Math.clamp(first(tap), from, end);
        int b = row < 0 ? end : Math.clamp(end(tap), a, end);
        zeros(a - from, to, at, step, channels);
        zeros(end - b, to, at + 4L * (b - from), step, channels);
        if (a < b) {
            long plane = 4L * h * w;
            long base = x.at(row + column(tap, a)) + c0 * plane;
            if (conv.stride() == 1) {
                copy(x.data(), base, plane, b - a, to, at + 4L * (a - from), step, channels);
            } else {
                pick(x.data(), base, plane, b - a, to, at + 4L * (a - from), step, channels);
            }
        }
    }

    private static void zeros(int n, MemorySegment to, long at, long step, int channels) {
        for (int d = 0; d < channels && n > 0; d++) {
            for (int g = 0; g < n; g++) {
                Lanes.set(to, at + d * step + 4L * g, 0);
            }
        }
    }

    /** Whole vectors, the last one ending with the run. */
    private static void copy(
            MemorySegment s, long from, long plane, int n, MemorySegment to, long at, long step, int channels) {
        for (int d = 0; d < channels; d++) {
            long source = from + d * plane;
            long target = at + d * step;
            int g = 0;
            for (; g + Lanes.N <= n; g += Lanes.N) {
                FloatVector.fromMemorySegment(F, s, source + 4L * g, LE).intoMemorySegment(to, target + 4L * g, LE);
            }
            if (g < n && n >= Lanes.N) {
                long last = 4L * (n - Lanes.N);
                FloatVector.fromMemorySegment(F, s, source + last, LE).intoMemorySegment(to, target + last, LE);
            } else {
                for (; g < n; g++) {
                    Lanes.set(to, target + 4L * g, Lanes.get(s, source + 4L * g));
                }
            }
        }
    }

    private void pick(
            MemorySegment s, long from, long plane, int n, MemorySegment to, long at, long step, int channels) {
        long stride = 4L * conv.stride();
        for (int d = 0; d < channels; d++) {
            for (int g = 0; g < n; g++) {
                Lanes.set(to, at + d * step + 4L * g, Lanes.get(s, from + d * plane + g * stride));
            }
        }
    }

    /** Patch elements {@code i0 .. i0 + n} of pixels {@code p0 .. p0 + k}: spread out in rows, then turned as a whole. */
    private void rows(Floats x, int i0, int n, int width, int p0, int k, float[] panel, MemorySegment to, long at) {
        try (Scratch own = Scratch.borrow()) {
            MemorySegment spread = own.segment(ROWS_SLOT, (long) n * k);
            for (int d = 0; d < n; d++) {
                spread(x, i0 + d, p0, k, spread, 4L * d * k);
            }
            Operand.ofRows(spread, 0, k).pack(0, n, width, 0, k, panel, to, at);
        }
    }

    /** Row {@code d} of the matrix, pixels {@code p0 .. p0 + k}. */
    private void spread(Floats x, int d, int p0, int k, MemorySegment to, long target) {
        int q = outCols();
        for (int first = p0; first < p0 + k; ) {
            int p = first / q;
            int from = first - p * q;
            int end = Math.min(p0 + k - p * q, q);
            long row = source(d % (i * j), p);
            int a = row < 0 ? end : Math.clamp(first(d), from, end);
            int b = row < 0 ? end : Math.clamp(end(d), a, end);
            long run = target + 4L * (first - p0);
            to.asSlice(run, 4L * (a - from)).fill((byte) 0);
            to.asSlice(run + 4L * (b - from), 4L * (end - b)).fill((byte) 0);
            long base = x.at((long) (d / (i * j)) * h * w + row + column(d, a));
            if (conv.stride() == 1 && a < b) {
                MemorySegment.copy(x.data(), base, to, run + 4L * (a - from), 4L * (b - a));
            } else {
                for (int g = a; g < b; g++) {
                    Lanes.set(to, run + 4L * (g - from), Lanes.get(x.data(), base + 4L * (g - a) * conv.stride()));
                }
            }
            first += end - from;
        }
    }

    /** The reverse: adds row {@code d} of the matrix, which has output rows {@code p0 .. p1}, to the image at {@code x}. */
    void gather(MemorySegment from, int d, int p0, int p1, Floats x) {
        int q = outCols();
        for (int p = p0; p < p1; p++) {
            long row = source(d % (i * j), p);
            if (row < 0) {
                continue;
            }
            long base = x.at((long) (d / (i * j)) * h * w + row + column(d, 0));
            long given = 4L * ((long) d * (p1 - p0) + p - p0) * q;
            for (int k = first(d); k < end(d); k++) {
                long element = base + 4L * k * conv.stride();
                Lanes.set(x.data(), element, Lanes.get(x.data(), element) + Lanes.get(from, given + 4L * k));
            }
        }
    }

    /** First element of the row of a channel under place {@code tap} of the kernel at output row {@code p}, or -1. */
    private long source(int tap, int p) {
        int y = p * conv.stride() + tap / j - conv.top();
        return y < 0 || y >= h ? -1 : (long) y * w;
    }

    private int column(int d, int k) {
        return k * conv.stride() + d % j - conv.left();
    }

    /** The first output column whose source is inside the image. */
    private int first(int d) {
        int missing = conv.left() - d % j;
        return missing <= 0 ? 0 : Math.min(outCols(), (missing + conv.stride() - 1) / conv.stride());
    }

    /** Behind the last output column whose source is inside the image. */
    private int end(int d) {
        int room = w - 1 + conv.left() - d % j;
        return room < 0 ? 0 : Math.min(outCols(), room / conv.stride() + 1);
    }
}
