package dev.airfoil.tensor;

/**
 * The element types. Arithmetic is done in {@link #F32}; {@link #BF16} and {@link #F16} are storage types: an op on them
 * means the op on their F32 values, with each result rounded once. {@link #I32} holds token ids and masks, {@link #I8}
 * weights that have a scale (see {@code LinearQ8}), {@link #U8} raw pixels. Nothing is promoted implicitly: see {@code
 * F.cast}.
 */
public enum DType {
    F32(4),
    BF16(2),
    F16(2),
    I32(4),
    I8(1),
    U8(1);

    private final int bytes;

    DType(int bytes) {
        this.bytes = bytes;
    }

    /** Size of one element in bytes. */
    public int bytes() {
        return bytes;
    }

    /** True for the types that hold real numbers (and can therefore have gradients). */
    public boolean isFloat() {
        return this == F32 || this == BF16 || this == F16;
    }

    /** True for the types that only store: ops widen them to F32 and round what they made of them. */
    public boolean isHalf() {
        return this == BF16 || this == F16;
    }

    /** The F32 value of the BF16 with these bits. */
    public static float fromBf16(short bits) {
        return Float.intBitsToFloat(bits << 16);
    }

    /** The BF16 nearest to {@code value}, ties to even; NaN stays NaN. */
    public static short toBf16(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            return (short) ((bits >>> 16) | 0x40);
        }
        return (short) ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);
    }
}
