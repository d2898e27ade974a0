package dev.airfoil.train.data;

/**
 * Counter-based random bits: a hash of a few numbers, with no state to save or restore. The mixer is SplitMix64's
 * (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).
 */
final class SplitMix {
    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    private SplitMix() {}

    /** The generator's output for the state {@code z}: a bijection of 64 bits that sends 0 elsewhere. */
    static long mix(long z) {
        z += GOLDEN_GAMMA;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    /** Bits that depend on every number and on their order. */
    static long mix(long seed, long step, long position, long draw) {
        return mix(mix(mix(mix(seed) ^ step) ^ position) ^ draw);
    }

    /** Spreads 64 random bits over 0 .. bound-1; the bias is below bound / 2^64. */
    static int below(long bits, int bound) {
        return (int) Math.unsignedMultiplyHigh(bits, bound);
    }

    /** Spreads 64 random bits over [0, 1). */
    static double unit(long bits) {
        return (bits >>> 11) * 0x1p-53;
    }
}
