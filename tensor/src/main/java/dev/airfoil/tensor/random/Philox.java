package dev.airfoil.tensor.random;

import dev.airfoil.tensor.TensorException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Philox4x32-10, the counter-based generator of Salmon et al., "Parallel random numbers: as easy as 1, 2, 3" (2011).
 * The key is the seed, the counter is (block, stream), low words first; each block gives four 32-bit words, and value
 * {@code index} is made of word {@code index % 4} of block {@code index / 4}. Nothing is remembered between calls, so
 * any split of a range over threads, in any order, gives the same bits.
 */
public final class Philox {
    /** Multiplier of the counter's first word. */
    public static final int MULTIPLIER_0 = 0xD2511F53;

    /** Multiplier of the counter's third word. */
    public static final int MULTIPLIER_1 = 0xCD9E8D57;

    /** Added to the key's low word after each round: the golden ratio. */
    public static final int KEY_STEP_0 = 0x9E3779B9;

    /** Added to the key's high word after each round: sqrt(3) - 1. */
    public static final int KEY_STEP_1 = 0xBB67AE85;

    /** Rounds per block. */
    public static final int ROUNDS = 10;

    /** Unaligned, so that a slice of a file or of a byte array can be filled as well. */
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    private Philox() {}

    /** The four words of one block. Escape analysis removes the object wherever {@code block} is inlined. */
    record Words(int w0, int w1, int w2, int w3) {
        int word(int lane) {
            return switch (lane) {
                case 0 -> w0;
                case 1 -> w1;
                case 2 -> w2;
                default -> w3;
            };
        }

        float normal(int lane) {
            return switch (lane) {
                case 0 -> BoxMuller.radius(w0) * BoxMuller.cosTurn(w1);
                case 1 -> BoxMuller.radius(w0) * BoxMuller.sinTurn(w1);
                case 2 -> BoxMuller.radius(w2) * BoxMuller.cosTurn(w3);
                default -> BoxMuller.radius(w2) * BoxMuller.sinTurn(w3);
            };
        }
    }

    /** The generator itself: block number {@code block} of {@code stream} under the key {@code seed}. */
    static Words block(long seed, long stream, long block) {
        int c0 = (int) block;
        int c1 = (int) (block >>> 32);
        int c2 = (int) stream;
        int c3 = (int) (stream >>> 32);
        int k0 = (int) seed;
        int k1 = (int) (seed >>> 32);
        for (int round = 0; round < ROUNDS; round++) {
            long p0 = (MULTIPLIER_0 & 0xffffffffL) * (c0 & 0xffffffffL);
            long p1 = (MULTIPLIER_1 & 0xffffffffL) * (c2 & 0xffffffffL);
            c0 = (int) (p1 >>> 32) ^ c1 ^ k0;
            c1 = (int) p1;
            c2 = (int) (p0 >>> 32) ^ c3 ^ k1;
            c3 = (int) p0;
            k0 += KEY_STEP_0;
            k1 += KEY_STEP_1;
        }
        return new Words(c0, c1, c2, c3);
    }

    /** The 32 random bits at {@code index >= 0}. */
    public static int bits(long seed, long stream, long index) {
        return block(seed, stream, index >>> 2).word((int) index & 3);
    }

    /** A number in [0, 1): the upper 24 bits at {@code index}, a multiple of 2^-24. */
    public static float uniform(long seed, long stream, long index) {
        return unit(bits(seed, stream, index));
    }

    /** A standard normal number, at most 6.66 in size; see {@link BoxMuller}. */
    public static float normal(long seed, long stream, long index) {
        return block(seed, stream, index >>> 2).normal((int) index & 3);
    }

    /**
     * A whole number in [0, bound), from the first 64 bits of block {@code index}; none is likelier than another by
     * more than bound / 2^64.
     *
     * @throws TensorException if {@code bound} is not positive
     */
    public static int below(int bound, long seed, long stream, long index) {
        if (bound <= 0) {
            throw new TensorException("a random number below " + bound + " was wanted: the bound must be at least 1");
        }
        Words words = block(seed, stream, index);
        long bits = ((long) words.w1() << 32) | (words.w0() & 0xffffffffL);
        return (int) Math.unsignedMultiplyHigh(bits, bound);
    }

    /**
     * The numbers 0..n-1 in random order (Fisher and Yates).
     *
     * @throws TensorException if {@code n} is negative
     */
    public static int[] permutation(int n, long seed, long stream) {
        if (n < 0) {
            throw new TensorException("a permutation of " + n + " numbers was wanted: the count must not be negative");
        }
        int[] order = new int[n];
        for (int i = 0; i < n; i++) {
            int j = below(i + 1, seed, stream, i);
            order[i] = order[j];
            order[j] = i;
        }
        return order;
    }

    /**
     * Writes {@code uniform(seed, stream, i)} to element i of the F32 segment {@code out} for i in [from, to).
     *
     * @throws TensorException if the range does not lie in {@code out}
     */
    public static void fillUniform(long seed, long stream, MemorySegment out, long from, long to) {
        check(out, from, to);
        Words words = block(seed, stream, from >>> 2);
        for (long i = from; i < to; i++) {
            int lane = (int) i & 3;
            words = lane == 0 ? block(seed, stream, i >>> 2) : words;
            out.set(FLOAT, i * Float.BYTES, unit(words.word(lane)));
        }
    }

    /**
     * Writes {@code normal(seed, stream, i)} to element i of the F32 segment {@code out} for i in [from, to).
     *
     * @throws TensorException if the range does not lie in {@code out}
     */
    public static void fillNormal(long seed, long stream, MemorySegment out, long from, long to) {
        check(out, from, to);
        Words words = block(seed, stream, from >>> 2);
        for (long i = from; i < to; i++) {
            int lane = (int) i & 3;
            words = lane == 0 ? block(seed, stream, i >>> 2) : words;
            out.set(FLOAT, i * Float.BYTES, words.normal(lane));
        }
    }

    private static float unit(int bits) {
        return (bits >>> 8) * 0x1p-24f;
    }

    private static void check(MemorySegment out, long from, long to) {
        long size = out.byteSize() / Float.BYTES;
        if (from < 0 || from > to || to > size) {
            throw new TensorException("random values " + from + " to " + to + " were wanted in a segment of " + size
                    + " F32: the range must lie in it");
        }
    }
}
