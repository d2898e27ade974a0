package dev.airfoil.kernels.cpu.conv;

import static dev.airfoil.kernels.cpu.vector.Lanes.F;
import static dev.airfoil.kernels.cpu.vector.Lanes.LE;

import dev.airfoil.kernels.cpu.Floats;
import dev.airfoil.kernels.cpu.vector.Lanes;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;

/**
 * What a column of a kernel sees of a row of an image, in output columns {@code 0 .. n}: zeros up to {@code first} and from
 * {@code end} on, and between them pixels {@code stride} apart.
 *
 * @param from the pixel at {@code first}
 */
record Column(Window window, int n, int first, int end, int from) {
    private static final VectorShuffle<Float> EVEN = VectorShuffle.fromOp(F, i -> 2 * i % Lanes.N);
    private static final VectorShuffle<Float> ODD = VectorShuffle.fromOp(F, i -> (2 * i + 1) % Lanes.N);
    private static final VectorMask<Float> UPPER = VectorMask.fromLong(F, -1L << Lanes.N / 2);

    /** Column {@code j} of the kernel. */
    static Column of(Window window, int j, int n) {
        int s = window.stride();
        int missing = window.left() - j;
        int first = missing <= 0 ? 0 : Math.min(n, (missing + s - 1) / s);
        int end = Math.clamp(Math.floorDiv(window.w() - 1 + missing, s) + 1, first, n);
        return new Column(window, n, first, end, first * s - missing);
    }

    /** Row {@code y}, perhaps outside of the image, of the channel at {@code plane}: its pixels side by side. */
    void read(Floats plane, int y, MemorySegment to, long at) {
        if (y < 0 || y >= window.h()) {
            zeros(n, to, at);
            return;
        }
        zeros(first, to, at);
        long source = plane.at((long) y * window.w() + from);
        if (window.stride() == 1) {
            copy(plane.data(), source, end - first, to, at + 4L * first);
        } else {
            pick(plane.data(), source, window.stride(), end - first, to, at + 4L * first);
        }
        zeros(n - end, to, at + 4L * end);
    }

    private static void zeros(int n, MemorySegment to, long at) {
        for (int g = 0; g < n; g++) {
            Lanes.set(to, at + 4L * g, 0);
        }
    }

    /** Whole vectors, the last one ending with the run. */
    static void copy(MemorySegment x, long from, int n, MemorySegment y, long at) {
        MemorySegment s = Lanes.offHeap(x);
        MemorySegment to = Lanes.offHeap(y);
        int g = 0;
        for (; g + Lanes.N <= n; g += Lanes.N) {
            FloatVector.fromMemorySegment(F, s, from + 4L * g, LE).intoMemorySegment(to, at + 4L * g, LE);
        }
        if (g < n && n >= Lanes.N) {
            long last = 4L * (n - Lanes.N);
            FloatVector.fromMemorySegment(F, s, from + last, LE).intoMemorySegment(to, at + last, LE);
        } else {
            for (; g < n; g++) {
                Lanes.set(to, at + 4L * g, Lanes.get(s, from + 4L * g));
            }
        }
    }

    private static void pick(MemorySegment x, long from, int stride, int n, MemorySegment y, long at) {
        MemorySegment s = Lanes.offHeap(x);
        MemorySegment to = Lanes.offHeap(y);
        int g = 0;
        // The pixel behind the last is not read: it may lie behind the memory.
        for (; stride == 2 && g + Lanes.N < n; g += Lanes.N) {
            FloatVector a = FloatVector.fromMemorySegment(F, s, from + 8L * g, LE);
            FloatVector b = FloatVector.fromMemorySegment(F, s, from + 8L * g + 4L * Lanes.N, LE);
            a.rearrange(EVEN).blend(b.rearrange(EVEN), UPPER).intoMemorySegment(to, at + 4L * g, LE);
        }
        // The last vector ends with the run; here the pixel in front of it is read.
        if (0 < g && g < n) {
            g = n - Lanes.N;
            FloatVector a = FloatVector.fromMemorySegment(F, s, from + 8L * g - 4, LE);
            FloatVector b = FloatVector.fromMemorySegment(F, s, from + 8L * g - 4 + 4L * Lanes.N, LE);
            a.rearrange(ODD).blend(b.rearrange(ODD), UPPER).intoMemorySegment(to, at + 4L * g, LE);
            g = n;
        }
        for (; g < n; g++) {
            Lanes.set(to, at + 4L * g, Lanes.get(s, from + 4L * g * stride));
        }
    }
}
