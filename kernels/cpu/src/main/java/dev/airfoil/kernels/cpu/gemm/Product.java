package dev.airfoil.kernels.cpu.gemm;

import java.lang.foreign.MemorySegment;

/**
 * Where a product goes: {@code C [m n]} with rows of neighbouring elements, {@code stride} bytes apart.
 *
 * @param base byte of element (0, 0)
 */
public record Product(MemorySegment data, long base, long stride, Mode mode, Epilogue epilogue) {
    /** What becomes of what stood there. */
    public enum Mode {
        /** It is overwritten. */
        SET,
        /** The product is added to it. */
        ADD
    }

    /** Dense rows of {@code n} elements, overwritten. */
    public static Product set(MemorySegment data, long base, int n) {
        return new Product(data, base, 4L * n, Mode.SET, Epilogue.NONE);
    }

    public Product at(long bytes) {
        return new Product(data, base + bytes, stride, mode, epilogue);
    }

    public Product with(Epilogue other) {
        return new Product(data, base, stride, mode, other);
    }
}
