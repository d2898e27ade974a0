package dev.airfoil.text.onnx;

import dev.airfoil.tensor.Shape;
import dev.airfoil.tensor.TensorException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * A constant of an ONNX graph: F32, little-endian, rows first. The bytes may begin anywhere, so they are read with
 * an unaligned layout.
 *
 * @param data the values; part of the file, valid as long as the file's memory is
 */
public record OnnxTensor(Shape shape, MemorySegment data) {
    /** How one value lies in {@link #data}. */
    public static final ValueLayout.OfFloat VALUE = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** @throws TensorException if the bytes are more or fewer than the shape needs */
    public OnnxTensor {
        if (data.byteSize() != shape.size() * Float.BYTES) {
            throw new TensorException("a constant of shape " + shape + " needs " + shape.size() * Float.BYTES
                    + " bytes and has " + data.byteSize());
        }
    }

    /** The matrix {@code [in out]} as {@code [out in]}, in new memory of {@code arena}. */
    public OnnxTensor transposed(Arena arena) {
        if (shape.rank() != 2) {
            throw new TensorException("only a matrix can be transposed; this constant has the shape " + shape);
        }
        int rows = shape.dim(0);
        int columns = shape.dim(1);
        MemorySegment turned = arena.allocate(data.byteSize(), Float.BYTES);
        // Blocks that fit the nearest cache: a column walk over a wide matrix would miss it at every step.
        int block = 32;
        for (int r0 = 0; r0 < rows; r0 += block) {
            for (int c0 = 0; c0 < columns; c0 += block) {
                turn(turned, r0, Math.min(r0 + block, rows), c0, Math.min(c0 + block, columns));
            }
        }
        return new OnnxTensor(Shape.of(columns, rows), turned);
    }

    private void turn(MemorySegment turned, int fromRow, int toRow, int fromColumn, int toColumn) {
        int rows = shape.dim(0);
        int columns = shape.dim(1);
        for (int c = fromColumn; c < toColumn; c++) {
            for (int r = fromRow; r < toRow; r++) {
                turned.set(VALUE, ((long) c * rows + r) * Float.BYTES, data.get(VALUE, ((long) r * columns + c) * 4));
            }
        }
    }
}
