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

    /** What is taken off a row of {@code d > 0} elements, and what it is multiplied with then: to {@code to[0], to[1]}. */
    void measure(MemorySegment x, long xo, int d, float eps, float[] to) {
        switch (this) {
            case LAYER -> {
                RowMath.moments(x, xo, d, to);
                to[1] = (float) (1 / Math.sqrt((double) to[1] + eps));
            }
            case RMS -> {
                to[0] = 0;
                to[1] = (float) (1 / Math.sqrt(RowMath.dot(x, xo, x, xo, d) / (double) d + eps));
            }
            case NONE -> {
                to[0] = 0;
                to[1] = 1;
            }
        }
    }
}
