package dev.airfoil.kernels.cpu.pointwise;

import static dev.airfoil.kernels.cpu.vector.Lanes.F;
import static dev.airfoil.kernels.cpu.vector.Lanes.LE;
import static dev.airfoil.kernels.cpu.vector.Lanes.N;

import dev.airfoil.kernels.cpu.Call;
import dev.airfoil.kernels.cpu.Floats;
import dev.airfoil.kernels.cpu.moves.Loop;
import dev.airfoil.kernels.cpu.vector.Lanes;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * Functions of two elements. Inputs are read through their strides, so what is repeated along an axis is not copied; rows
 * (or pieces of long ones) in parallel.
 */
final class Pairwise {
    private static final int PIECE = 4_096;
    private static final int PARALLEL = 16_384;

    private Pairwise() {}

    enum Fn {
        ADD,
        SUB,
        MUL,
        DIV,
        MAX,
        MIN,
        EQUAL,
        GREATER
    }

    static void run(Fn fn, Call call) {
        long size = call.out(0).size();
        if (size == 0) {
            return;
        }
        Floats a = Call.place(call.in(0));
        Floats b = Call.place(call.in(1));
        Floats y = call.result(0);
        Loop loop =
                Loop.over(call.in(0).layout(), call.in(1).layout(), call.out(0).layout());
        long sa = loop.steps()[0];
        long sb = loop.steps()[1];
        int pieces = (loop.length() + PIECE - 1) / PIECE;
        call.pool().splitIf(size > PARALLEL, loop.rows() * pieces, (from, to) -> {
            for (int i = from; i < to; i++) {
                int row = i / pieces;
                int start = i % pieces * PIECE;
                int n = Math.min(PIECE, loop.length() - start);
                long ao = a.at(loop.start(0, row) + start * sa);
                long bo = b.at(loop.start(1, row) + start * sb);
                long yo = y.at(loop.start(2, row) + start * loop.steps()[2]);
                if (sa == 1 && sb == 1) {
                    both(fn, a.data(), ao, b.data(), bo, y.data(), yo, n);
                } else if (sa == 1 && sb == 0) {
                    right(fn, a.data(), ao, Lanes.get(b.data(), bo), y.data(), yo, n);
                } else if (sa == 0 && sb == 1) {
                    left(fn, Lanes.get(a.data(), ao), b.data(), bo, y.data(), yo, n);
                } else {
                    strided(fn, a.data(), ao, 4 * sa, b.data(), bo, 4 * sb, y.data(), yo, n);
                }
            }
        });
    }

    private static void both(
            Fn fn, MemorySegment a, long ao, MemorySegment b, long bo, MemorySegment y, long yo, int n) {
        int j = 0;
        for (; j + N <= n; j += N) {
            FloatVector v = apply(
                    fn,
                    FloatVector.fromMemorySegment(F, a, ao + 4L * j, LE),
                    FloatVector.fromMemorySegment(F, b, bo + 4L * j, LE));
            v.intoMemorySegment(y, yo + 4L * j, LE);
        }
        strided(fn, a, ao + 4L * j, 4, b, bo + 4L * j, 4, y, yo + 4L * j, n - j);
    }

    private static void right(Fn fn, MemorySegment a, long ao, float b, MemorySegment y, long yo, int n) {
        int j = 0;
        for (; j + N <= n; j += N) {
            apply(fn, FloatVector.fromMemorySegment(F, a, ao + 4L * j, LE), FloatVector.broadcast(F, b))
                    .intoMemorySegment(y, yo + 4L * j, LE);
        }
        for (; j < n; j++) {
            Lanes.set(y, yo + 4L * j, apply(fn, Lanes.get(a, ao + 4L * j), b));
        }
    }

    private static void left(Fn fn, float a, MemorySegment b, long bo, MemorySegment y, long yo, int n) {
        int j = 0;
        for (; j + N <= n; j += N) {
            apply(fn, FloatVector.broadcast(F, a), FloatVector.fromMemorySegment(F, b, bo + 4L * j, LE))
                    .intoMemorySegment(y, yo + 4L * j, LE);
        }
        for (; j < n; j++) {
            Lanes.set(y, yo + 4L * j, apply(fn, a, Lanes.get(b, bo + 4L * j)));
        }
    }

    private static void strided(
            Fn fn,
            MemorySegment a,
            long ao,
            long sa,
            MemorySegment b,
            long bo,
            long sb,
            MemorySegment y,
            long yo,
            int n) {
        for (int j = 0; j < n; j++) {
            Lanes.set(y, yo + 4L * j, apply(fn, Lanes.get(a, ao + j * sa), Lanes.get(b, bo + j * sb)));
        }
    }

    private static FloatVector apply(Fn fn, FloatVector a, FloatVector b) {
        return switch (fn) {
            case ADD -> a.add(b);
            case SUB -> a.sub(b);
            case MUL -> a.mul(b);
            case DIV -> a.div(b);
            case MAX -> a.max(b);
            case MIN -> a.min(b);
            case EQUAL -> FloatVector.zero(F).blend(1f, a.eq(b));
            case GREATER -> FloatVector.zero(F).blend(1f, b.lt(a));
        };
    }

    private static float apply(Fn fn, float a, float b) {
        return switch (fn) {
            case ADD -> a + b;
            case SUB -> a - b;
            case MUL -> a * b;
            case DIV -> a / b;
            case MAX -> Math.max(a, b);
            case MIN -> Math.min(a, b);
            case EQUAL -> a == b ? 1 : 0;
            case GREATER -> a > b ? 1 : 0;
        };
    }
}
