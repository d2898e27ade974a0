package dev.airfoil.kernels.cpu.vector;

import static dev.airfoil.kernels.cpu.vector.Lanes.F;
import static dev.airfoil.kernels.cpu.vector.Lanes.LE;
import static dev.airfoil.kernels.cpu.vector.Lanes.N;
import static dev.airfoil.kernels.cpu.vector.Lanes.offHeap;

import dev.airfoil.tensor.ops.Activation;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * Activations over {@code rows} rows of {@code n} elements, n a multiple of the vector length. One short loop for each: a
 * loop with a switch inside merges vectors of several branches, and those the compiler boxes.
 */
public final class ActivationLoops {
    private ActivationLoops() {}

    /** {@code y = fn(x)}; row i of x stands at byte {@code xo + i * xs}, of y at {@code yo + i * ys}. x may be y. */
    public static void run(
            Activation.Fn fn, MemorySegment x, long xo, long xs, MemorySegment y, long yo, long ys, int rows, int n) {
        switch (fn) {
            case NONE -> copy(x, xo, xs, y, yo, ys, rows, n);
            case SILU -> silu(x, xo, xs, y, yo, ys, rows, n);
            case GELU -> gelu(x, xo, xs, y, yo, ys, rows, n);
            case GELU_TANH -> geluTanh(x, xo, xs, y, yo, ys, rows, n);
            case QUICK_GELU -> quickGelu(x, xo, xs, y, yo, ys, rows, n);
            case RELU -> relu(x, xo, xs, y, yo, ys, rows, n);
        }
    }

    private static void copy(MemorySegment x, long xo, long xs, MemorySegment y, long yo, long ys, int rows, int n) {
        for (int i = 0; i < rows; i++) {
            MemorySegment.copy(x, xo + i * xs, y, yo + i * ys, 4L * n);
        }
    }

    /**
     * {@code y = fn(y)} for rows of any number of elements.
     *
     * @param spare memory for one vector
     */
    public static void inPlace(
            Activation.Fn fn, MemorySegment y, long yo, long ys, int rows, int n, MemorySegment spare) {
        if (fn == Activation.Fn.NONE) {
            return;
        }
        int whole = n / N * N;
        if (whole > 0) {
            run(fn, y, yo, ys, y, yo, ys, rows, whole);
        }
        for (int i = 0; i < rows && whole < n; i++) {
            long rest = yo + i * ys + 4L * whole;
            MemorySegment.copy(y, rest, spare, 0, 4L * (n - whole));
            run(fn, spare, 0, 0, spare, 0, 0, 1, N);
            MemorySegment.copy(spare, 0, y, rest, 4L * (n - whole));
        }
    }

    private static void silu(MemorySegment x, long xo, long xs, MemorySegment y, long yo, long ys, int rows, int n) {
        MemorySegment out = offHeap(y);
        for (int i = 0; i < rows; i++) {
            long from = xo + i * xs;
            long to = yo + i * ys;
            for (int j = 0; j < n; j += N) {
                VectorMath.silu(FloatVector.fromMemorySegment(F, x, from + 4L * j, LE))
                        .intoMemorySegment(out, to + 4L * j, LE);
            }
        }
    }

    private static void gelu(MemorySegment x, long xo, long xs, MemorySegment y, long yo, long ys, int rows, int n) {
        MemorySegment out = offHeap(y);
        for (int i = 0; i < rows; i++) {
            long from = xo + i * xs;
            long to = yo + i * ys;
            for (int j = 0; j < n; j += N) {
                VectorMath.gelu(FloatVector.fromMemorySegment(F, x, from + 4L * j, LE))
                        .intoMemorySegment(out, to + 4L * j, LE);
            }
        }
    }

    private static void geluTanh(
            MemorySegment x, long xo, long xs, MemorySegment y, long yo, long ys, int rows, int n) {
        MemorySegment out = offHeap(y);
        for (int i = 0; i < rows; i++) {
            long from = xo + i * xs;
            long to = yo + i * ys;
            for (int j = 0; j < n; j += N) {
                VectorMath.geluTanh(FloatVector.fromMemorySegment(F, x, from + 4L * j, LE))
                        .intoMemorySegment(out, to + 4L * j, LE);
            }
        }
    }

    private static void quickGelu(
            MemorySegment x, long xo, long xs, MemorySegment y, long yo, long ys, int rows, int n) {
        MemorySegment out = offHeap(y);
        for (int i = 0; i < rows; i++) {
            long from = xo + i * xs;
            long to = yo + i * ys;
            for (int j = 0; j < n; j += N) {
                VectorMath.quickGelu(FloatVector.fromMemorySegment(F, x, from + 4L * j, LE))
                        .intoMemorySegment(out, to + 4L * j, LE);
            }
        }
    }

    private static void relu(MemorySegment x, long xo, long xs, MemorySegment y, long yo, long ys, int rows, int n) {
        MemorySegment out = offHeap(y);
        for (int i = 0; i < rows; i++) {
            long from = xo + i * xs;
            long to = yo + i * ys;
            for (int j = 0; j < n; j += N) {
                FloatVector.fromMemorySegment(F, x, from + 4L * j, LE).max(0f).intoMemorySegment(out, to + 4L * j, LE);
            }
        }
    }
}
