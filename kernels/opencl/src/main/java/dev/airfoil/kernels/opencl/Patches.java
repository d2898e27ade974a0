package dev.airfoil.kernels.opencl;

import dev.airfoil.tensor.DType;
import dev.airfoil.tensor.Layout;
import dev.airfoil.tensor.Shape;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.TensorSpec;
import dev.airfoil.tensor.ops.Conv2d;
import java.util.Locale;

/**
 * What a convolution's kernel of {@code kh x kw} sees of {@code images [b c h w]} from each pixel of a grid, as matrices
 * {@code [c kh kw, pixels]}: see {@code patches.cl}. Forwards the grid is the output; backwards it is the image, and the
 * images are gradients of the output.
 *
 * <p>The portable product computes the elements of a matrix as it needs them. Tensor cores read memory: for them the
 * matrices of some images at a time are written out, {@code room} bytes at most (and one image at least). Hopper's copy
 * engine can spare that too: it moves blocks of the images to where they are multiplied.
 */
record Patches(Conv2d conv, Direction direction, Tensor images, int kh, int kw, int gridRows, int gridCols) {
    /** Pixels and channels of a block. */
    private static final int BLOCK = 64;

    enum Direction {
        FORWARDS,
        /** The stride is 1. */
        BACKWARDS
    }

    /** @throws ArithmeticException if a matrix or an image has more than an int counts, as kernels do */
    Patches {
        double depth = images.dim(1) * (double) kh * kw;
        double image = images.dim(1) * (double) images.dim(2) * images.dim(3);
        double most = Math.max(Math.max(depth, image), (double) gridRows * gridCols);
        if (most > Integer.MAX_VALUE) {
            throw new ArithmeticException("patches of " + images.spec() + " count to " + most);
        }
    }

    private int count() {
        return images.dim(0);
    }

    private int depth() {
        return images.dim(1) * kh * kw;
    }

    private int pixels() {
        return gridRows * gridCols;
    }

    private int image() {
        return images.dim(1) * images.dim(2) * images.dim(3);
    }

    /** True if the images are the matrices: 1 x 1, stride 1, no padding. */
    private boolean areImages() {
        return kh == 1
                && kw == 1
                && conv.stride() == 1
                && images.dim(2) == gridRows
                && images.dim(3) == gridCols
                && conv.top() == 0
                && conv.left() == 0;
    }

    /**
     * {@code y [b o pixels] = weight [o depth]} times the matrix of each image.
     *
     * @param room bytes for matrices; 0 if they need not be in memory
     */
    void times(ClBackend cl, long room, Tensor weight, Tensor y) {
        int o = weight.dim(0);
        Tensor target = shaped(y, count(), o, pixels());
        if (areImages()) {
            times(cl, weight, shaped(images, count(), depth(), pixels()), target);
        } else if (byBlocks(cl) && timesBlocks(cl, weight, target)) {
            return;
        } else if (room == 0) {
            Gemm.Operand left = new Gemm.Operand(weight, false, depth(), 0);
            Gemm.runPatches(cl, left, new Gemm.Operand(images, false, image(), image()), options(), target);
        } else {
            int step = imagesAtOnce(room);
            for (int from = 0; from < count(); from += step) {
                Patches some = some(from, Math.min(step, count() - from));
                Tensor matrices = cl.scratch(spec(some.count(), depth(), pixels()));
                some.write(cl, matrices, some.count(), pixels());
                times(cl, weight, matrices, narrow(target, from, some.count()));
            }
        }
    }

    private static void times(ClBackend cl, Tensor weight, Tensor matrices, Tensor y) {
        Shape each = Shape.of(matrices.dim(0), weight.dim(0), weight.dim(1));
        Gemm.run(cl, weight.withLayout(weight.layout().expand(each)), matrices, Gemm.End.SUMS, y);
    }

    /** {@code y [o depth] = gradients [o, b pixels]} times all matrices {@code [depth, b pixels]}, transposed. */
    void timesTransposed(ClBackend cl, long room, Tensor gradients, Tensor y) {
        int o = gradients.dim(0);
        Tensor target = shaped(y, o, depth());
        if (byBlocks(cl) && timesBlocksTransposed(cl, gradients, target)) {
            return;
        }
        if (room == 0) {
            Gemm.Operand left = new Gemm.Operand(gradients, false, gradients.dim(1), 0);
            Gemm.runPatches(cl, left, new Gemm.Operand(images, true, image(), 0), options(), target);
            return;
        }
        int step = imagesAtOnce(room);
        int parts = (count() + step - 1) / step;
        Tensor sums = parts == 1 ? target : cl.scratch(parts, o, depth());
        for (int i = 0; i < parts; i++) {
            Patches some = some(i * step, Math.min(step, count() - i * step));
            int columns = some.count() * pixels();
            Tensor matrix = cl.scratch(spec(depth(), columns));
            some.write(cl, matrix, 1, columns);
            Tensor part = gradients.withLayout(gradients.layout().narrow(1, i * step * pixels(), columns));
            Tensor sum = parts == 1 ? target : shaped(narrow(sums, i, 1), o, depth());
            Tensor turned = matrix.withLayout(matrix.layout().permute(1, 0));
            Gemm.run(cl, part, turned, Gemm.End.SUMS, sum);
        }
        if (parts > 1) {
            Gemm.sumParts(cl, sums, Gemm.End.SUMS, target);
        }
    }

    /** Whether the copy engine of a Hopper can move blocks of the images as if they were of the matrices. */
    private boolean byBlocks(ClBackend cl) {
        boolean wholeLines = BLOCK % gridCols == 0 && pixels() % BLOCK == 0;
        return cl.hopper()
                && images.dtype() == DType.BF16
                && conv.stride() == 1
                && images.dim(1) > 0
                && images.dim(1) % BLOCK == 0
                && (gridCols % BLOCK == 0 || wholeLines);
    }

    private boolean timesBlocks(ClBackend cl, Tensor weight, Tensor y) {
        Tensor byPlace = cl.copy(turned(weight, images.dim(1), kh * kw));
        Gemm.Operand left = new Gemm.Operand(shaped(byPlace, weight.dim(0), depth()), false, depth(), 0);
        return GemmWgmma.runImages(cl, left, new Gemm.Operand(channelsLast(cl), true, depth(), image()), seen(), y);
    }

    private boolean timesBlocksTransposed(ClBackend cl, Tensor gradients, Tensor y) {
        Tensor byPlace = cl.scratch(y.spec());
        Gemm.Operand left = new Gemm.Operand(gradients, false, gradients.dim(1), 0);
        if (!GemmWgmma.runImages(cl, left, new Gemm.Operand(channelsLast(cl), false, depth(), 0), seen(), byPlace)) {
            return false;
        }
        Tensor byChannel = turned(byPlace, kh * kw, images.dim(1));
        Copies.copy(cl, byChannel, y, Layout.contiguous(byChannel.shape()));
        return true;
    }

    /** {@code [b h w c]}. */
    private Tensor channelsLast(ClBackend cl) {
        return cl.copy(images.withLayout(images.layout().permute(0, 2, 3, 1)));
    }

    /** {@code [o, a b]} to a view {@code [o b a]}. */
    private static Tensor turned(Tensor t, int a, int b) {
        Tensor apart = shaped(t, t.dim(0), a, b);
        return apart.withLayout(apart.layout().permute(0, 2, 1));
    }

    private String seen() {
        return options() + " -DCHANNELS=" + images.dim(1);
    }

    /** Matrices are stored as the images are. */
    private TensorSpec spec(int... dims) {
        return new TensorSpec(images.dtype(), Shape.of(dims));
    }

    private int imagesAtOnce(long room) {
        long bytes = (long) depth() * pixels() * images.dtype().bytes();
        return Math.clamp(room / Math.max(bytes, 1), 1, Math.clamp(count(), 1, Copies.LARGEST_GRID));
    }

    private Patches some(int from, int count) {
        return new Patches(conv, direction, narrow(images, from, count), kh, kw, gridRows, gridCols);
    }

    /** Writes {@code y [batches depth columns]}. */
    private void write(ClBackend cl, Tensor y, int batches, int columns) {
        String fours = Stored.byFour(columns, y) ? " -DVEC=4" : "";
        cl.launch("patches", "patches", options() + Stored.as(images) + fours)
                .tensor(images)
                .tensor(y)
                .number(depth())
                .number(columns)
                .number((long) image())
                .groups(256, (columns + 1023) / 1024, Math.min(depth(), Copies.LARGEST_GRID), batches);
    }

    private String options() {
        return String.format(
                Locale.ROOT,
                " -DKH=%d -DKW=%d -DSTRIDE=%d -DTOP=%d -DLEFT=%d -DGH=%d -DGW=%d -DSH=%d -DSW=%d%s",
                kh,
                kw,
                conv.stride(),
                conv.top(),
                conv.left(),
                gridRows,
                gridCols,
                images.dim(2),
                images.dim(3),
                direction == Direction.BACKWARDS ? " -DBACKWARDS" : "");
    }

    private static Tensor narrow(Tensor t, int from, int count) {
        return t.withLayout(t.layout().narrow(0, from, count));
    }

    /** A dense tensor in another shape. */
    static Tensor shaped(Tensor dense, int... dims) {
        return dense.withLayout(dense.layout().reshape(Shape.of(dims)).orElseThrow());
    }
}
