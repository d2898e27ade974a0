package dev.airfoil.kernels.cpu.conv;

import dev.airfoil.kernels.cpu.Floats;
import dev.airfoil.kernels.cpu.vector.Lanes;
import dev.airfoil.tensor.ops.Conv2d;
import java.lang.foreign.MemorySegment;

/**
 * The patches of images {@code [b c h w]} that a kernel of {@code i x j} sees at rows {@code p0 .. p1} of its output, as a
 * matrix {@code [c i j][pixels]}: with it a convolution is a matrix product. Only a few output rows at a time are spread
 * out, so it stays in the cache.
 */
record Patches(Conv2d conv, int c, int h, int w, int i, int j) {
    /** Floats that the matrix may have. */
    private static final int MOST = 1 << 19;

    int outRows() {
        return conv.outRows(h, i);
    }

    int outCols() {
        return conv.outCols(w, j);
    }

    /** Length of a patch. */
    int depth() {
        return c * i * j;
    }

    /** Output rows that are spread out together. */
    int rowsAtOnce() {
        return Math.clamp(MOST / Math.max(1, (long) depth() * outCols()), 1, Math.max(1, outRows()));
    }

    /** True if the image is the matrix: 1 x 1, stride 1, no padding. */
    boolean isImage() {
        return i == 1 && j == 1 && conv.stride() == 1 && conv.top() + conv.left() + conv.bottom() + conv.right() == 0;
    }

    /** Row {@code d} of the matrix for output rows {@code p0 .. p1}, from image element {@code image} of x. */
    void spread(Floats x, long image, int d, int p0, int p1, MemorySegment to) {
        int q = outCols();
        int pixels = (p1 - p0) * q;
        for (int p = p0; p < p1; p++) {
            long target = 4L * ((long) d * pixels + (long) (p - p0) * q);
            long row = source(d, p);
            int from = first(d);
            int end = Math.max(from, end(d));
            if (row < 0) {
                to.asSlice(target, 4L * q).fill((byte) 0);
                continue;
            }
            to.asSlice(target, 4L * from).fill((byte) 0);
            to.asSlice(target + 4L * end, 4L * (q - end)).fill((byte) 0);
            long at = image + row + column(d, from);
            if (conv.stride() == 1) {
                MemorySegment.copy(x.data(), x.at(at), to, target + 4L * from, 4L * (end - from));
            } else {
                for (int k = from; k < end; k++) {
                    long element = at + (long) (k - from) * conv.stride();
                    Lanes.set(to, target + 4L * k, Lanes.get(x.data(), x.at(element)));
                }
            }
        }
    }

    /** The reverse of {@link #spread}: adds row {@code d} of the matrix to the image. */
    void gather(MemorySegment from, int d, int p0, int p1, Floats x, long image) {
        int q = outCols();
        int pixels = (p1 - p0) * q;
        for (int p = p0; p < p1; p++) {
            long source = 4L * ((long) d * pixels + (long) (p - p0) * q);
            long row = source(d, p);
            if (row < 0) {
                continue;
            }
            int first = first(d);
            long at = image + row + column(d, first);
            for (int k = first; k < end(d); k++) {
                long element = x.at(at + (long) (k - first) * conv.stride());
                Lanes.set(x.data(), element, Lanes.get(x.data(), element) + Lanes.get(from, source + 4L * k));
            }
        }
    }

    /** First element of the image row under row {@code d} of the matrix at output row {@code p}, or -1 outside. */
    private long source(int d, int p) {
        int y = p * conv.stride() + d / j % i - conv.top();
        return y < 0 || y >= h ? -1 : ((long) (d / (i * j)) * h + y) * w;
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
