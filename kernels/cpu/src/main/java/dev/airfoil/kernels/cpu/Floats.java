package dev.airfoil.kernels.cpu;

import java.lang.foreign.MemorySegment;

/** Dense F32 data: element i stands at byte {@code base + 4 i}. */
public record Floats(MemorySegment data, long base) {
    /** Byte of element {@code i}. */
    public long at(long i) {
        return base + 4 * i;
    }
}
