package dev.airfoil.kernels.opencl;

import dev.airfoil.tensor.DType;
import dev.airfoil.tensor.Layout;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.Concat;
import dev.airfoil.tensor.ops.Copy;
import dev.airfoil.tensor.ops.Fill;
import dev.airfoil.tensor.ops.Pad;
import java.util.List;

/** The ops that only move elements of any type: {@code copy.cl}, one work-item an element. */
final class Copies {
    private Copies() {}

    /** Copies {@code from} to the places that {@code to}, a layout over {@code out}, names. */
    static void copy(ClBackend cl, Tensor from, Tensor out, Layout to) {
        int bytes = from.dtype().bytes();
        if (from.layout().isContiguous() && to.isContiguous()) {
            cl.copyBytes(from, from.layout().offset() * bytes, out, to.offset() * bytes, from.size() * bytes);
            return;
        }
        Elementwise.checkSize(from.size());
        Strided s = Strided.of(List.of(from.layout(), to));
        cl.launch("copy", "copy", "-DT=" + type(from.dtype()) + " -DRANK=" + s.rank())
                .tensor(from)
                .tensor(out.withLayout(to))
                .number(from.size())
                .vector(s.dims())
                .vector(s.strides().get(0))
                .vector(s.strides().get(1))
                .items(from.size());
    }

    /** Sets all of {@code out} to the element with these bits. */
    static void fill(ClBackend cl, Tensor out, int bits) {
        cl.launch("copy", "fill", "-DT=" + type(out.dtype()))
                .tensor(out)
                .number(out.size())
                .number(bits)
                .items(out.size());
    }

    private static String type(DType dtype) {
        return switch (dtype.bytes()) {
            case 1 -> "uchar";
            case 2 -> "ushort";
            default -> "uint";
        };
    }

    /** {@link Copy}. */
    static final class CopyKernel implements ClKernel<Copy> {
        @Override
        public Class<Copy> op() {
            return Copy.class;
        }

        @Override
        public void run(ClBackend cl, Copy op, List<Tensor> in, List<Tensor> out) {
            copy(cl, in.getFirst(), out.getFirst(), out.getFirst().layout());
        }
    }

    /** {@link Concat}: one copy a part. */
    static final class ConcatKernel implements ClKernel<Concat> {
        @Override
        public Class<Concat> op() {
            return Concat.class;
        }

        @Override
        public void run(ClBackend cl, Concat op, List<Tensor> in, List<Tensor> out) {
            Tensor y = out.getFirst();
            int start = 0;
            for (Tensor part : in) {
                int length = part.dim(op.axis());
                copy(cl, part, y, y.layout().narrow(op.axis(), start, length));
                start += length;
            }
        }
    }

    /** {@link Pad}: zeros, then a copy. */
    static final class PadKernel implements ClKernel<Pad> {
        @Override
        public Class<Pad> op() {
            return Pad.class;
        }

        @Override
        public void run(ClBackend cl, Pad op, List<Tensor> in, List<Tensor> out) {
            Tensor x = in.getFirst();
            Tensor y = out.getFirst();
            fill(cl, y, 0);
            copy(cl, x, y, y.layout().narrow(op.axis(), op.before(), x.dim(op.axis())));
        }
    }

    /** {@link Fill}. */
    static final class FillKernel implements ClKernel<Fill> {
        @Override
        public Class<Fill> op() {
            return Fill.class;
        }

        @Override
        public void run(ClBackend cl, Fill op, List<Tensor> in, List<Tensor> out) {
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
}
