package dev.airfoil.kernels.cpu.vector;

import static dev.airfoil.kernels.cpu.vector.Lanes.N;

import dev.airfoil.tensor.ops.Activation;
import java.lang.foreign.MemorySegment;

/**
 * Activations over {@code rows} rows of {@code n} elements, n a multiple of the vector length. One short loop for each: a
 * loop with a switch inside merges vectors of several branches, and those the compiler boxes.
 */
public final class ActivationLoops {
    private ActivationLoops() {}

    /** {@code y = fn(x)}; row i of x stands at byte {@code xo + i * xs}, of y at {@code yo + i * ys}. x may be y. */
    public static void run(
            Activation.Fn fn, MemorySegment x, long xo, long xs, MemorySegment y, long yo, long ys, int rows, int n) {
        for (int i = 0; i < rows; i++) {
            long from = xo + i * xs;
            long to = yo + i * ys;
            switch (fn) {
                case NONE -> MemorySegment.copy(x, from, y, to, 4L * n);
                case SILU -> silu(x, from, y, to, n);
                case GELU -> gelu(x, from, y, to, n);
                case GELU_TANH -> geluTanh(x, from, y, to, n);
                case QUICK_GELU -> quickGelu(x, from, y, to, n);
                case RELU -> relu(x, from, y, to, n);
            }
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

    private static void silu(MemorySegment x, long xo, MemorySegment y, long yo, int n) {
        for (int j = 0; j < n; j += N) {
            VectorMath.silu(Lanes.load(x, xo + 4L * j)).intoMemorySegment(y, yo + 4L * j, Lanes.LE);
        }
    }

    private static void gelu(MemorySegment x, long xo, MemorySegment y, long yo, int n) {
        for (int j = 0; j < n; j += N) {
            VectorMath.gelu(Lanes.load(x, xo + 4L * j)).intoMemorySegment(y, yo + 4L * j, Lanes.LE);
        }
    }

    private static void geluTanh(MemorySegment x, long xo, MemorySegment y, long yo, int n) {
        for (int j = 0; j < n; j += N) {
            VectorMath.geluTanh(Lanes.load(x, xo + 4L * j)).intoMemorySegment(y, yo + 4L * j, Lanes.LE);
        }
    }

    private static void quickGelu(MemorySegment x, long xo, MemorySegment y, long yo, int n) {
        for (int j = 0; j < n; j += N) {
            VectorMath.quickGelu(Lanes.load(x, xo + 4L * j)).intoMemorySegment(y, yo + 4L * j, Lanes.LE);
        }
    }

    private static void relu(MemorySegment x, long xo, MemorySegment y, long yo, int n) {
        for (int j = 0; j < n; j += N) {
            Lanes.load(x, xo + 4L * j).max(0f).intoMemorySegment(y, yo + 4L * j, Lanes.LE);
        }
    }
}
