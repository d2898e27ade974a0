package dev.airfoil.kernels.cpu.rows;

import static dev.airfoil.kernels.cpu.vector.Lanes.F;
import static dev.airfoil.kernels.cpu.vector.Lanes.N;

import dev.airfoil.kernels.cpu.Floats;
import dev.airfoil.kernels.cpu.vector.Lanes;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
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
        for (int j = 0; j < e; j += N) {
            if (j + N <= e) {
                FloatVector v = Lanes.load(x, xo + 4L * j).mul(factor).mul(Lanes.load(w, wo + 4L * j));
                FloatVector t = v.rearrange(SWAP).mul(Lanes.load(table, s + 4L * j));
                Lanes.store(v.fma(Lanes.load(table, c + 4L * j), t), y, yo + 4L * j);
            } else {
                VectorMask<Float> m = F.indexInRange(j, e);
                FloatVector v = RowMath.tail(x, xo, j, e).mul(factor).mul(RowMath.tail(w, wo, j, e));
                FloatVector t = v.rearrange(SWAP).mul(RowMath.tail(table, s, j, e));
                v.fma(RowMath.tail(table, c, j, e), t).intoMemorySegment(y, yo + 4L * j, Lanes.LE, m);
            }
        }
    }

    /** {@code y = turn back(g)} for token {@code row}. */
    void backward(MemorySegment g, long go, int row, MemorySegment y, long yo) {
        long c = cos(row);
        long s = sin(row);
        for (int j = 0; j < e; j += N) {
            if (j + N <= e) {
                FloatVector v = Lanes.load(g, go + 4L * j);
                FloatVector t = v.rearrange(SWAP).mul(Lanes.load(table, s + 4L * j));
                Lanes.store(v.mul(Lanes.load(table, c + 4L * j)).sub(t), y, yo + 4L * j);
            } else {
                VectorMask<Float> m = F.indexInRange(j, e);
                FloatVector v = RowMath.tail(g, go, j, e);
                FloatVector t = v.rearrange(SWAP).mul(RowMath.tail(table, s, j, e));
                v.mul(RowMath.tail(table, c, j, e)).sub(t).intoMemorySegment(y, yo + 4L * j, Lanes.LE, m);
            }
        }
    }
}
