package dev.airfoil.kernels.cpu.pointwise;

import static dev.airfoil.kernels.cpu.vector.Lanes.F;
import static dev.airfoil.kernels.cpu.vector.Lanes.LE;
import static dev.airfoil.kernels.cpu.vector.Lanes.N;
import static dev.airfoil.kernels.cpu.vector.Lanes.offHeap;

import dev.airfoil.kernels.cpu.Call;
import dev.airfoil.kernels.cpu.Floats;
import dev.airfoil.kernels.cpu.Scratch;
import dev.airfoil.kernels.cpu.moves.Loop;
import dev.airfoil.kernels.cpu.vector.Lanes;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * Functions of two elements. Inputs are read through their strides, so what is repeated along an axis is not copied; rows
 * (or pieces of long ones) in parallel. One short loop for each function, as in {@link UnaryKernel}; an element that is
 * repeated along the row is first written out, to a piece that stays in the first-level cache.
 */
final class Pairwise {
    private static final int PIECE = 1_024;
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
            try (Scratch own = Scratch.borrow()) {
                MemorySegment same = own.segment(0, PIECE);
                for (int i = from; i < to; i++) {
                    int row = i / pieces;
                    int start = i % pieces * PIECE;
                    int n = Math.min(PIECE, loop.length() - start);
                    long ao = a.at(loop.start(0, row) + start * sa);
                    long bo = b.at(loop.start(1, row) + start * sb);
                    long yo = y.at(loop.start(2, row) + start * loop.steps()[2]);
                    int whole = F.loopBound(n);
                    if (sa == 1 && sb == 1) {
                        vectors(fn, a.data(), ao, b.data(), bo, y.data(), yo, whole);
                    } else if (sa == 1 && sb == 0) {
                        FillKernel.fill(Lanes.get(b.data(), bo), same, 0, whole);
                        vectors(fn, a.data(), ao, same, 0, y.data(), yo, whole);
                    } else if (sa == 0 && sb == 1) {
                        FillKernel.fill(Lanes.get(a.data(), ao), same, 0, whole);
                        vectors(fn, same, 0, b.data(), bo, y.data(), yo, whole);
                    } else {
                        whole = 0;
                    }
                    for (int j = whole; j < n; j++) {
                        float v = Lanes.get(a.data(), ao + 4 * sa * j);
                        float w = Lanes.get(b.data(), bo + 4 * sb * j);
                        Lanes.set(y.data(), yo + 4L * j, apply(fn, v, w));
                    }
                }
            }
        });
    }

    private static void vectors(
            Fn fn, MemorySegment a, long ao, MemorySegment b, long bo, MemorySegment y, long yo, int n) {
        switch (fn) {
            case ADD -> add(a, ao, b, bo, y, yo, n);
            case SUB -> sub(a, ao, b, bo, y, yo, n);
            case MUL -> mul(a, ao, b, bo, y, yo, n);
            case DIV -> div(a, ao, b, bo, y, yo, n);
            case MAX -> max(a, ao, b, bo, y, yo, n);
            case MIN -> min(a, ao, b, bo, y, yo, n);
            case EQUAL -> equal(a, ao, b, bo, y, yo, n);
            case GREATER -> greater(a, ao, b, bo, y, yo, n);
        }
    }

    private static void add(MemorySegment a, long ao, MemorySegment b, long bo, MemorySegment y, long yo, int n) {
        MemorySegment out = offHeap(y);
        for (int j = 0; j < n; j += N) {
            FloatVector v = FloatVector.fromMemorySegment(F, a, ao + 4L * j, LE);
            FloatVector w = FloatVector.fromMemorySegment(F, b, bo + 4L * j, LE);
            v.add(w).intoMemorySegment(out, yo + 4L * j, LE);
        }
    }

    private static void sub(MemorySegment a, long ao, MemorySegment b, long bo, MemorySegment y, long yo, int n) {
        MemorySegment out = offHeap(y);
        for (int j = 0; j < n; j += N) {
            FloatVector v = FloatVector.fromMemorySegment(F, a, ao + 4L * j, LE);
            FloatVector w = FloatVector.fromMemorySegment(F, b, bo + 4L * j, LE);
            v.sub(w).intoMemorySegment(out, yo + 4L * j, LE);
        }
    }

    private static void mul(MemorySegment a, long ao, MemorySegment b, long bo, MemorySegment y, long yo, int n) {
        MemorySegment out = offHeap(y);
        for (int j = 0; j < n; j += N) {
            FloatVector v = FloatVector.fromMemorySegment(F, a, ao + 4L * j, LE);
            FloatVector w = FloatVector.fromMemorySegment(F, b, bo + 4L * j, LE);
            v.mul(w).intoMemorySegment(out, yo + 4L * j, LE);
        }
    }

    private static void div(MemorySegment a, long ao, MemorySegment b, long bo, MemorySegment y, long yo, int n) {
        MemorySegment out = offHeap(y);
        for (int j = 0; j < n; j += N) {
            FloatVector v = FloatVector.fromMemorySegment(F, a, ao + 4L * j, LE);
            FloatVector w = FloatVector.fromMemorySegment(F, b, bo + 4L * j, LE);
            v.div(w).intoMemorySegment(out, yo + 4L * j, LE);
        }
    }

    private static void max(MemorySegment a, long ao, MemorySegment b, long bo, MemorySegment y, long yo, int n) {
        MemorySegment out = offHeap(y);
        for (int j = 0; j < n; j += N) {
            FloatVector v = FloatVector.fromMemorySegment(F, a, ao + 4L * j, LE);
            FloatVector w = FloatVector.fromMemorySegment(F, b, bo + 4L * j, LE);
            v.max(w).intoMemorySegment(out, yo + 4L * j, LE);
        }
    }

    private static void min(MemorySegment a, long ao, MemorySegment b, long bo, MemorySegment y, long yo, int n) {
        MemorySegment out = offHeap(y);
        for (int j = 0; j < n; j += N) {
            FloatVector v = FloatVector.fromMemorySegment(F, a, ao + 4L * j, LE);
            FloatVector w = FloatVector.fromMemorySegment(F, b, bo + 4L * j, LE);
            v.min(w).intoMemorySegment(out, yo + 4L * j, LE);
        }
    }

    private static void equal(MemorySegment a, long ao, MemorySegment b, long bo, MemorySegment y, long yo, int n) {
        MemorySegment out = offHeap(y);
        for (int j = 0; j < n; j += N) {
            FloatVector v = FloatVector.fromMemorySegment(F, a, ao + 4L * j, LE);
            FloatVector w = FloatVector.fromMemorySegment(F, b, bo + 4L * j, LE);
            FloatVector.zero(F).blend(1f, v.eq(w)).intoMemorySegment(out, yo + 4L * j, LE);
        }
    }

    private static void greater(MemorySegment a, long ao, MemorySegment b, long bo, MemorySegment y, long yo, int n) {
        MemorySegment out = offHeap(y);
        for (int j = 0; j < n; j += N) {
            FloatVector v = FloatVector.fromMemorySegment(F, a, ao + 4L * j, LE);
            FloatVector w = FloatVector.fromMemorySegment(F, b, bo + 4L * j, LE);
            FloatVector.zero(F).blend(1f, w.lt(v)).intoMemorySegment(out, yo + 4L * j, LE);
        }
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
