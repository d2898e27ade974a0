package dev.airfoil.kernels.cpu.attention;

import dev.airfoil.tensor.ops.Attention.Direction;

/**
 * The sizes and settings of one attention: {@code q [b h n e]}, {@code k, v [b h m e]}.
 *
 * @param keys which keys of each batch may be seen
 */
public record Problem(int b, int h, int n, int m, int e, float scale, Direction direction, Keys keys) {
    static final float LOG2_E = 1.44269504f;

    /** How many of the kept keys of batch {@code b} query {@code i} sees: the first so many. */
    int limit(int b, int i) {
        return direction == Direction.CAUSAL ? keys.before(b, i + 1) : keys.count(b);
    }

    /** Number of multiplications of the forward pass, roughly. */
    long work() {
        return 2L * b * h * n * m * e;
    }
}
