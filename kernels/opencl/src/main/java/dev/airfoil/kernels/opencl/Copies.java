package dev.airfoil.kernels.opencl;

import dev.airfoil.tensor.DType;
import dev.airfoil.tensor.Layout;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.Concat;
import dev.airfoil.tensor.ops.Copy;
import dev.airfoil.tensor.ops.Fill;
import dev.airfoil.tensor.ops.Pad;
import java.util.List;
import java.util.Optional;

/** The ops that only move elements of any type: {@code copy.cl}, one work-item an element or 16 bytes, or tiles. */
final class Copies {
    /** Bytes that a work-item moves at once where so many neighbours stay neighbours. */
    static final int ACCESS = 16;

    private static final int ROWS = 32;

    private static final int COLS = 128;

    /** A shorter side would leave most of a tile empty. */
    private static final int LEAST_SIDE = 16;

    /** Work-groups along the second and third axis of a launch, at most. */
    static final int LARGEST_GRID = 65535;

    private Copies() {}

    /** Copies {@code from} to the places that {@code to}, a layout over {@code out}, names. */
    static void copy(ClBackend cl, Tensor from, Tensor out, Layout to) {
        int bytes = from.dtype().bytes();
        if (from.layout().isContiguous() && to.isContiguous()) {
            cl.copyBytes(from, from.layout().offset() * bytes, out, to.offset() * bytes, from.size() * bytes);
            return;
        }
        Elementwise.checkSize(from.size());
        Strided each = Strided.of(List.of(from.layout(), to));
        Tensor target = out.withLayout(to);
        boolean aligned = (from.layout().offset() | to.offset()) * bytes % ACCESS == 0;
        Optional<Strided> grouped = aligned ? each.grouped(ACCESS / bytes) : Optional.empty();
        Optional<Strided> turned = each.turned().filter(Copies::fillsTiles);
        if (grouped.isPresent()) {
            move(cl, "uint4", from, target, grouped.get(), ACCESS / bytes);
        } else if (turned.isPresent()) {
            turn(cl, from, target, turned.get());
        } else {
            move(cl, type(from.dtype()), from, target, each, 1);
        }
    }

    /** @param width elements that are moved as one */
    private static void move(ClBackend cl, String type, Tensor from, Tensor to, Strided s, int width) {
        cl.launch("copy", "copy", "-DT=" + type + " -DRANK=" + s.rank())
                .tensor(from, from.layout().offset() / width)
                .tensor(to, to.layout().offset() / width)
                .number(s.size())
                .vector(s.dims())
                .vector(s.strides().get(0))
                .vector(s.strides().get(1))
                .items(s.size());
    }

    private static boolean fillsTiles(Strided s) {
        int rows = s.dims()[Strided.AXES - 2];
        int cols = s.dims()[Strided.AXES - 1];
        return Math.min(rows, cols) >= LEAST_SIDE
                && s.size() / rows / cols <= LARGEST_GRID
                && rows / ROWS < LARGEST_GRID;
    }

    private static void turn(ClBackend cl, Tensor from, Tensor to, Strided s) {
        int[] outer = s.dims().clone();
        int rows = outer[Strided.AXES - 2];
        int cols = outer[Strided.AXES - 1];
        outer[Strided.AXES - 2] = 1;
        outer[Strided.AXES - 1] = 1;
        cl.launch("copy", "turn", "-DT=" + type(from.dtype()))
                .tensor(from)
                .tensor(to)
                .number(rows)
                .number(cols)
                .vector(outer)
                .vector(s.strides().get(0))
                .vector(s.strides().get(1))
                .groups(256, (cols + COLS - 1) / COLS, (rows + ROWS - 1) / ROWS, s.size() / rows / cols);
    }

    /** Sets all of {@code out}, which is dense, to the element with these bits. */
    static void fill(ClBackend cl, Tensor out, int bits) {
        int bytes = out.dtype().bytes();
        boolean grouped = out.spec().bytes() % ACCESS == 0 && out.layout().offset() * bytes % ACCESS == 0;
        int width = grouped ? ACCESS / bytes : 1;
        int word = switch (bytes) {
            case 1 -> (bits & 0xff) * 0x01010101;
            case 2 -> (bits & 0xffff) * 0x00010001;
            default -> bits;
        };
        cl.launch("copy", "fill", "-DT=" + (grouped ? "uint4" : type(out.dtype())))
                .tensor(out, out.layout().offset() / width)
                .number(out.size() / width)
                .number(word)
                .items(out.size() / width);
    }

    /** The kernels' type of elements that are only moved. */
    static String type(DType dtype) {
        return switch (dtype.bytes()) {
            case 1 -> "uchar";
            case 2 -> "ushort";
            default -> "uint";
        };
    }

    /** {@link Copy}. */
    static void copy(ClBackend cl, Copy op, List<Tensor> in, List<Tensor> out) {
        copy(cl, in.getFirst(), out.getFirst(), out.getFirst().layout());
    }

    /** {@link Concat}: one copy a part. */
    static void concat(ClBackend cl, Concat op, List<Tensor> in, List<Tensor> out) {
        Tensor y = out.getFirst();
        int start = 0;
        for (Tensor part : in) {
            int length = part.dim(op.axis());
            copy(cl, part, y, y.layout().narrow(op.axis(), start, length));
            start += length;
        }
    }

    /** {@link Pad}: zeros, then a copy. */
    static void pad(ClBackend cl, Pad op, List<Tensor> in, List<Tensor> out) {
        Tensor x = in.getFirst();
        Tensor y = out.getFirst();
        fill(cl, y, 0);
        copy(cl, x, y, y.layout().narrow(op.axis(), op.before(), x.dim(op.axis())));
    }

    /** {@link Fill}. */
    static void fill(ClBackend cl, Fill op, List<Tensor> in, List<Tensor> out) {
        fill(cl, out.getFirst(), bits(out.getFirst().dtype(), op.value()));
    }

    private static int bits(DType dtype, double value) {
        return switch (dtype) {
            case F32 -> Float.floatToRawIntBits((float) value);
            case BF16 -> DType.toBf16((float) value);
            case F16 -> Float.floatToFloat16((float) value);
            case I32 -> (int) value;
            case I8 -> Math.clamp((long) value, -128, 127);
            case U8 -> Math.clamp((long) value, 0, 255);
        };
    }
}
