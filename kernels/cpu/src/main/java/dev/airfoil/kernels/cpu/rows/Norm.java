package dev.airfoil.kernels.cpu.rows;

import java.lang.foreign.MemorySegment;

/** How a row is normalised before it is scaled. */
enum Norm {
    /** {@code (x - mean) / sqrt(variance + eps)}. */
    LAYER,
    /** {@code x / sqrt(mean(x^2) + eps)}. */
    RMS,
    /** Not at all. */
    NONE;

    float mean(MemorySegment x, long xo, int d) {
        return this == LAYER ? RowMath.sum(x, xo, d) / d : 0;
    }

    /** What the row is multiplied with. */
    float factor(MemorySegment x, long xo, int d, float mean, float eps) {
        return this == NONE ? 1 : (float) (1 / Math.sqrt(RowMath.squares(x, xo, d, mean) / (double) d + eps));
    }
}
