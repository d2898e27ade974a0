package dev.airfoil.kernels.cpu.conv;

import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.Conv2d;

/**
 * A kernel of {@code i x j} that slides over images {@code [c h w]}: at output pixel (p, q) its first weight meets pixel
 * {@code (p stride - top, q stride - left)}. Outside of the image are zeros. {@code top} and {@code left} may be negative.
 */
record Window(int c, int h, int w, int i, int j, int stride, int top, int left, int outRows, int outCols) {
    /** Below this many multiplications a convolution runs on its caller alone. */
    private static final long PARALLEL = 200_000;

    static Window of(Conv2d conv, Tensor images, int i, int j) {
        int h = images.dim(2);
        int w = images.dim(3);
        return new Window(
                images.dim(1),
                h,
                w,
                i,
                j,
                conv.stride(),
                conv.top(),
                conv.left(),
                conv.outRows(h, i),
                conv.outCols(w, j));
    }

    int pixels() {
        return outRows * outCols;
    }

    /** Floats of an image. */
    long image() {
        return (long) c * h * w;
    }

    /** Whether a convolution of so many images to so many channels is worth more than its caller's time. */
    boolean isWorthSharing(int images, int outputs) {
        return (long) images * pixels() * outputs * i * j * c > PARALLEL;
    }

    /** True if each pixel is seen once and alone, so that the image is the matrix of its patches. */
    boolean isImage() {
        return i * j * stride == 1 && outRows == h && outCols == w && top == 0 && left == 0;
    }

    /** The row of the image, perhaps outside of it, that the kernel's first row meets at output row {@code p}. */
    int row(int p) {
        return p * stride - top;
    }

    /** The kernel's first row that lies on the image at output row {@code p}. */
    int firstTap(int p) {
        return Math.clamp(-row(p), 0, i);
    }

    /** Behind the kernel's last row that lies on the image at output row {@code p}; not above the first if none does. */
    int endTap(int p) {
        return Math.clamp(h - row(p), 0, i);
    }
}
