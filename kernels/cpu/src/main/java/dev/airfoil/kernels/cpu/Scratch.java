package dev.airfoil.kernels.cpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.concurrent.ConcurrentLinkedDeque;

/**
 * Reused working memory of one running kernel part: heap arrays and 64-byte aligned off-heap segments, by slot number.
 *
 * <p>Borrow, use, close. A free list rather than a thread local, because callers may be short-lived virtual threads. The
 * contents are undefined. Blocks grow to the largest size asked for and stay.
 */
public final class Scratch implements AutoCloseable {
    private static final ConcurrentLinkedDeque<Scratch> FREE = new ConcurrentLinkedDeque<>();
    private static final int SLOTS = 8;

    private final float[][] floats = new float[SLOTS][0];
    private final MemorySegment[] segments = new MemorySegment[SLOTS];

    private Scratch() {
        Arrays.fill(segments, MemorySegment.NULL);
    }

    /** A scratch that no one else uses until it is closed. */
    public static Scratch borrow() {
        Scratch free = FREE.pollFirst();
        return free == null ? new Scratch() : free;
    }

    /** A heap array of at least {@code n} floats. */
    public float[] floats(int slot, long n) {
        if (n > Integer.MAX_VALUE - 64) {
            throw new IllegalArgumentException(
                    "scratch array of " + n + " floats; a Java array holds less: use blocks");
        }
        if (floats[slot].length < n) {
            floats[slot] = new float[(int) grown(n)];
        }
        return floats[slot];
    }

    /** An off-heap segment of at least {@code n} floats, aligned to a cache line. */
    public MemorySegment segment(int slot, long n) {
        if (segments[slot].byteSize() < n * Float.BYTES) {
            segments[slot] = Arena.ofAuto().allocate(grown(n) * Float.BYTES, 64);
        }
        return segments[slot];
    }

    private static long grown(long n) {
        return n + n / 8 + 64;
    }

    @Override
    public void close() {
        FREE.addFirst(this);
    }
}
