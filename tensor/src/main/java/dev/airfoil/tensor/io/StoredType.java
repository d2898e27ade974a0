package dev.airfoil.tensor.io;

import dev.airfoil.tensor.DType;
import java.util.Arrays;
import java.util.Optional;

/** The element types a safetensors file may hold, named as there; only some have a {@link DType}. */
enum StoredType {
    F32(32, DType.F32),
    BF16(16, DType.BF16),
    F16(16, DType.F16),
    I32(32, DType.I32),
    U8(8, DType.U8),
    /** A byte each: 0 or 1. */
    BOOL(8, DType.U8),
    I8(8, DType.I8),
    I16(16),
    U16(16),
    U32(32),
    I64(64),
    U64(64),
    F64(64),
    C64(64),
    F8_E5M2(8),
    F8_E4M3(8),
    F8_E8M0(8),
    F8_E5M2FNUZ(8),
    F8_E4M3FNUZ(8),
    F6_E2M3(6),
    F6_E3M2(6),
    F4(4);

    private final int bits;
    private final Optional<DType> dtype;

    StoredType(int bits) {
        this.bits = bits;
        this.dtype = Optional.empty();
    }

    StoredType(int bits, DType dtype) {
        this.bits = bits;
        this.dtype = Optional.of(dtype);
    }

    static Optional<StoredType> named(String name) {
        return Arrays.stream(values()).filter(t -> t.name().equals(name)).findFirst();
    }

    /** The file's name for {@code dtype}. */
    static StoredType of(DType dtype) {
        return valueOf(dtype.name());
    }

    int bits() {
        return bits;
    }

    Optional<DType> dtype() {
        return dtype;
    }
}
