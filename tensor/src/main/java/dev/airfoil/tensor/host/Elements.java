package dev.airfoil.tensor.host;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import dev.airfoil.tensor.DType;
import dev.airfoil.tensor.Layout;
import dev.airfoil.tensor.Tensor;
import java.lang.foreign.MemorySegment;

/** Tensors as plain Java arrays in row-major order, for the reference loops. */
final class Elements {
    private Elements() {}

    /** The elements of an F32 tensor. */
    static float[] floats(Tensor t) {
        MemorySegment data = HostBackend.segment(t);
        float[] values = new float[Math.toIntExact(t.size())];
        if (t.layout().isContiguous()) {
            MemorySegment.copy(data, JAVA_FLOAT_UNALIGNED, t.layout().offset() * Float.BYTES, values, 0, values.length);
            return values;
        }
        Odometer at = new Odometer(t.layout());
        for (int i = 0; i < values.length; i++) {
            values[i] = data.get(JAVA_FLOAT_UNALIGNED, at.next() * Float.BYTES);
        }
        return values;
    }

    /** The elements of a tensor of any type; exact for all of them. */
    static double[] doubles(Tensor t) {
        MemorySegment data = HostBackend.segment(t);
        DType dtype = t.dtype();
        double[] values = new double[Math.toIntExact(t.size())];
        Odometer at = new Odometer(t.layout());
        for (int i = 0; i < values.length; i++) {
            long b = at.next() * dtype.bytes();
            values[i] = switch (dtype) {
                case F32 -> data.get(JAVA_FLOAT_UNALIGNED, b);
                case BF16 -> DType.fromBf16(data.get(JAVA_SHORT_UNALIGNED, b));
                case F16 -> Float.float16ToFloat(data.get(JAVA_SHORT_UNALIGNED, b));
                case I32 -> data.get(JAVA_INT_UNALIGNED, b);
                case I8 -> data.get(JAVA_BYTE, b);
                case U8 -> data.get(JAVA_BYTE, b) & 0xff;
            };
        }
        return values;
    }

    /** Writes element {@code index} of a contiguous tensor, converted to its type. */
    static void set(Tensor t, long index, double value) {
        MemorySegment data = HostBackend.segment(t);
        long b = (t.layout().offset() + index) * t.dtype().bytes();
        switch (t.dtype()) {
            case F32 -> data.set(JAVA_FLOAT_UNALIGNED, b, (float) value);
            case BF16 -> data.set(JAVA_SHORT_UNALIGNED, b, DType.toBf16((float) value));
            case F16 -> data.set(JAVA_SHORT_UNALIGNED, b, Float.floatToFloat16((float) value));
            case I32 -> data.set(JAVA_INT_UNALIGNED, b, (int) value);
            case I8 -> data.set(JAVA_BYTE, b, (byte) Math.clamp((long) value, -128, 127));
            case U8 -> data.set(JAVA_BYTE, b, (byte) Math.clamp((long) value, 0, 255));
        }
    }

    /** Fills a contiguous tensor, each value converted to its type. */
    static void store(double[] values, Tensor t) {
        for (int i = 0; i < values.length; i++) {
            set(t, i, values[i]);
        }
    }

    /** Fills a contiguous F32 tensor. */
    static void store(float[] values, Tensor t) {
        MemorySegment.copy(
                values,
                0,
                HostBackend.segment(t),
                JAVA_FLOAT_UNALIGNED,
                t.layout().offset() * Float.BYTES,
                values.length);
    }

    /** Copies {@code from} element by element to the places that {@code to} (a layout over {@code out}) names. */
    static void copy(Tensor from, Tensor out, Layout to) {
        int bytes = from.dtype().bytes();
        MemorySegment source = HostBackend.segment(from);
        MemorySegment target = HostBackend.segment(out);
        if (from.layout().isContiguous() && to.isContiguous()) {
            MemorySegment.copy(
                    source, from.layout().offset() * bytes, target, to.offset() * bytes, from.size() * bytes);
            return;
        }
        Odometer at = new Odometer(from.layout());
        Odometer there = new Odometer(to);
        for (long i = from.size(); i > 0; i--) {
            MemorySegment.copy(source, at.next() * bytes, target, there.next() * bytes, bytes);
        }
    }
}
