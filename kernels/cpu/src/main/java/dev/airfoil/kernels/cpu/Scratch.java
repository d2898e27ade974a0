package dev.airfoil.kernels.cpu;

import dev.airfoil.tensor.TensorException;
import dev.airfoil.tensor.host.SystemMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.concurrent.ConcurrentLinkedDeque;

/**
 * Reused working memory of one running kernel part: heap arrays and 64-byte aligned off-heap segments, by slot number.
 *
 * <p>Borrow, use, close. A free list rather than a thread local, because callers may be short-lived virtual threads. The
 * contents are undefined. Blocks grow to the largest size asked for and stay, apart from what tensors may take.
 */
public final class Scratch implements AutoCloseable {
    private static final ConcurrentLinkedDeque<Scratch> FREE = new ConcurrentLinkedDeque<>();
    private static final int SLOTS = 8;
    private static final int MOST_FLOATS = Integer.MAX_VALUE - 64;

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
        if (n > MOST_FLOATS) {
            throw new IllegalArgumentException(
                    "scratch array of " + n + " floats; a Java array holds less: use blocks");
        }
        if (floats[slot].length < n) {
            try {
                floats[slot] = new float[(int) Math.min(grown(n), MOST_FLOATS)];
            } catch (OutOfMemoryError e) {
                throw tooLittle(n, "Java heap (java -Xmx gives it more)", e);
            }
        }
        return floats[slot];
    }

    /** An off-heap segment of at least {@code n} floats, aligned to a cache line. */
    public MemorySegment segment(int slot, long n) {
        if (segments[slot].byteSize() < n * Float.BYTES) {
            try {
                segments[slot] = SystemMemory.allocate(Arena.ofAuto(), grown(n) * Float.BYTES);
            } catch (OutOfMemoryError e) {
                throw tooLittle(n, "memory", e);
            }
        }
        return segments[slot];
    }

    private static TensorException tooLittle(long n, String of, OutOfMemoryError e) {
        return new TensorException(
                "too little " + of + " for " + (n * Float.BYTES >> 20)
                        + " MiB to work in; use a smaller batch, image or model",
                e);
    }

    private static long grown(long n) {
        return n + n / 8 + 64;
    }

    @Override
    public void close() {
        FREE.addFirst(this);
    }
}
