package dev.airfoil.kernels.cpu.attention;

import static dev.airfoil.kernels.cpu.vector.Lanes.F;
import static dev.airfoil.kernels.cpu.vector.Lanes.LE;

import dev.airfoil.kernels.cpu.gemm.Operand;
import dev.airfoil.kernels.cpu.vector.Lanes;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * The rows of all heads, {@code [b h n e]} in any order in memory as long as a row's elements are neighbours. Strides in
 * bytes.
 */
public record Heads(MemorySegment data, long base, long batch, long head, long row) {
    /** Dense {@code [b h n e]}. */
    public static Heads dense(MemorySegment data, long base, int h, int n, int e) {
        return new Heads(data, base, 4L * h * n * e, 4L * n * e, 4L * e);
    }

    /** Dense {@code [b n h e]}. */
    public static Heads merged(MemorySegment data, long base, int h, int n, int e) {
        return new Heads(data, base, 4L * n * h * e, 4L * e, 4L * h * e);
    }

    /** Byte of the first row of head {@code h} in batch {@code b}. */
    long at(int b, int h) {
        return base + b * batch + h * head;
    }

    /** The largest sum of squares of the {@code n} rows of a head from row {@code i} on; 0 if there are none. */
    float longest(int b, int h, int i, int n, int e) {
        float most = 0;
        for (int row = i; row < i + n; row++) {
            most = Math.max(most, squares(at(b, h) + row * this.row, e));
        }
        return most;
    }

    private float squares(long from, int e) {
        MemorySegment data = Lanes.offHeap(this.data);
        FloatVector sum = FloatVector.zero(F);
        int j = 0;
        for (; j + Lanes.N <= e; j += Lanes.N) {
            FloatVector x = FloatVector.fromMemorySegment(F, data, from + 4L * j, LE);
            sum = x.fma(x, sum);
        }
        float all = Lanes.sum(sum);
        for (; j < e; j++) {
            float x = Lanes.get(data, from + 4L * j);
            all += x * x;
        }
        return all;
    }

    /** The rows of one head from row {@code i} on, as {@code [n e]}. */
    Operand rows(int b, int h, int i) {
        return new Operand(data, at(b, h) + i * row, row, Float.BYTES);
    }

    /** The same rows seen as {@code [e n]}: the common index of a product runs over rows. */
    Operand columns(int b, int h, int i) {
        return new Operand(data, at(b, h) + i * row, Float.BYTES, row);
    }
}
