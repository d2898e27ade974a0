package dev.airfoil.kernels.cpu.conv;

import static dev.airfoil.kernels.cpu.vector.Lanes.F;
import static dev.airfoil.kernels.cpu.vector.Lanes.LE;

import dev.airfoil.kernels.cpu.Floats;
import dev.airfoil.kernels.cpu.vector.Lanes;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/** What a column of a kernel sees of the rows of an image. */
final class Lines {
    private Lines() {}

    /**
     * Row {@code y} of the channel at {@code plane}, perhaps outside of the image, as column {@code j} of the kernel meets it
     * at output columns {@code 0 .. n}: their pixels side by side, whatever the stride, with zeros where the image ends.
     */
    static void read(Window window, Floats plane, int y, int j, int n, MemorySegment to, long at) {
        int s = window.stride();
        int missing = window.left() - j;
        int first = missing <= 0 ? 0 : Math.min(n, (missing + s - 1) / s);
        int end = first;
        if (y >= 0 && y < window.h()) {
            end = Math.clamp(Math.floorDiv(window.w() - 1 + missing, s) + 1, first, n);
        }
        zeros(first, to, at);
        long from = plane.at((long) y * window.w() + first * s - missing);
        if (s == 1) {
            copy(plane.data(), from, end - first, to, at + 4L * first);
        } else {
            pick(plane.data(), from, 4L * s, end - first, to, at + 4L * first);
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

    private static void pick(MemorySegment s, long from, long step, int n, MemorySegment to, long at) {
        for (int g = 0; g < n; g++) {
            Lanes.set(to, at + 4L * g, Lanes.get(s, from + g * step));
        }
    }
}
