package dev.airfoil.tensor;

/** What is known of a tensor before it exists: element type and shape. Written {@code F32[2 17 48]}. */
public record TensorSpec(DType dtype, Shape shape) {
    public TensorSpec {
        Dims.given("tensor", "dtype", dtype);
        Dims.given("tensor", "shape", shape);
    }

    /** An F32 spec. */
    public static TensorSpec f32(int... dims) {
        return new TensorSpec(DType.F32, Shape.of(dims));
    }

    /** The same element type with another shape. */
    public TensorSpec withShape(Shape other) {
        return new TensorSpec(dtype, other);
    }

    /** Size of a contiguous tensor of this spec in bytes. */
    public long bytes() {
        return shape.size() * dtype.bytes();
    }

    @Override
    public String toString() {
        return dtype + shape.toString();
    }
}
