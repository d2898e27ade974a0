package dev.airfoil.kernels.cpu.rows;

import static dev.airfoil.kernels.cpu.vector.Lanes.F;
import static dev.airfoil.kernels.cpu.vector.Lanes.LE;
import static dev.airfoil.kernels.cpu.vector.Lanes.N;

import dev.airfoil.kernels.cpu.Floats;
import dev.airfoil.kernels.cpu.vector.Lanes;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;

/**
 * Turning pairs of neighbours: with each pair's elements exchanged, {@code y = x c + swapped(x) s}, where c and s hold cos
 * and -sin, +sin for each element rather than each pair. Back is the same with -s.
 *
 * @param table {@code [n 2 e]}: c and s of each row
 */
record Rotation(MemorySegment table, int e) {
    private static final VectorShuffle<Float> SWAP = VectorShuffle.fromOp(F, i -> i ^ 1);

    /** Spreads {@code cos, sin [n e/2]}. */
    static Rotation of(Floats cos, Floats sin, int n, int e, MemorySegment table) {
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < e; j++) {
                long pair = (long) i * (e / 2) + j / 2;
                float s = Lanes.get(sin.data(), sin.at(pair));
                Lanes.set(table, 4L * (2L * i * e + j), Lanes.get(cos.data(), cos.at(pair)));
                Lanes.set(table, 4L * ((2L * i + 1) * e + j), j % 2 == 0 ? -s : s);
            }
        }
        return new Rotation(table, e);
    }

    private long cos(int row) {
        return 8L * row * e;
    }

    private long sin(int row) {
        return 8L * row * e + 4L * e;
    }

    /** {@code y = turn(x factor w)} for token {@code row}. */
    void forward(MemorySegment x, long xo, float factor, MemorySegment w, long wo, int row, MemorySegment y, long yo) {
        long c = cos(row);
        long s = sin(row);
        int j = 0;
        for (; j + N <= e; j += N) {
            FloatVector v = FloatVector.fromMemorySegment(F, x, xo + 4L * j, LE)
                    .mul(factor)
                    .mul(FloatVector.fromMemorySegment(F, w, wo + 4L * j, LE));
            FloatVector t = v.rearrange(SWAP).mul(FloatVector.fromMemorySegment(F, table, s + 4L * j, LE));
            v.fma(FloatVector.fromMemorySegment(F, table, c + 4L * j, LE), t).intoMemorySegment(y, yo + 4L * j, LE);
        }
        for (; j < e; j++) {
            float v = Lanes.get(x, xo + 4L * j) * factor * Lanes.get(w, wo + 4L * j);
            int k = j ^ 1;
            float swapped = Lanes.get(x, xo + 4L * k) * factor * Lanes.get(w, wo + 4L * k);
            float t = swapped * Lanes.get(table, s + 4L * j);
            Lanes.set(y, yo + 4L * j, Math.fma(v, Lanes.get(table, c + 4L * j), t));
        }
    }

    /** {@code y = turn back(g)} for token {@code row}; y is not g. */
    void backward(MemorySegment g, long go, int row, MemorySegment y, long yo) {
        long c = cos(row);
        long s = sin(row);
        int j = 0;
        for (; j + N <= e; j += N) {
            FloatVector v = FloatVector.fromMemorySegment(F, g, go + 4L * j, LE);
            FloatVector t = v.rearrange(SWAP).mul(FloatVector.fromMemorySegment(F, table, s + 4L * j, LE));
            v.mul(FloatVector.fromMemorySegment(F, table, c + 4L * j, LE))
                    .sub(t)
                    .intoMemorySegment(y, yo + 4L * j, LE);
        }
        for (; j < e; j++) {
            float t = Lanes.get(g, go + 4L * (j ^ 1)) * Lanes.get(table, s + 4L * j);
            Lanes.set(y, yo + 4L * j, Lanes.get(g, go + 4L * j) * Lanes.get(table, c + 4L * j) - t);
        }
    }
}
