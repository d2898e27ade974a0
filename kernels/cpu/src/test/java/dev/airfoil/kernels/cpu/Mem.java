package dev.airfoil.kernels.cpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;

/** Off-heap test data. */
public final class Mem {
    private Mem() {}

    /** Numbers around 0, the same for a seed. */
    public static float[] random(int n, long seed) {
        Random random = new Random(seed);
        float[] x = new float[n];
        for (int i = 0; i < n; i++) {
            x[i] = (float) random.nextGaussian();
        }
        return x;
    }

    /** Exactly as long as the data: what reads or writes beyond it fails. */
    public static MemorySegment of(float[] x) {
        MemorySegment s = Arena.ofAuto().allocate(4L * x.length, 64);
        MemorySegment.copy(x, 0, s, ValueLayout.JAVA_FLOAT, 0, x.length);
        return s;
    }

    public static MemorySegment ofSize(long n) {
        return Arena.ofAuto().allocate(4 * n, 64);
    }

    public static float[] floats(MemorySegment s) {
        return s.toArray(ValueLayout.JAVA_FLOAT);
    }

    /** ||a - b|| / ||b||. */
    public static double error(float[] a, double[] b) {
        double diff = 0;
        double norm = 0;
        for (int i = 0; i < b.length; i++) {
            diff += (a[i] - b[i]) * (a[i] - b[i]);
            norm += b[i] * b[i];
        }
        return Math.sqrt(diff) / Math.max(Math.sqrt(norm), 1e-30);
    }
}
