package dev.airfoil.kernels.cpu.pointwise;

import static dev.airfoil.kernels.cpu.vector.Lanes.F;
import static dev.airfoil.kernels.cpu.vector.Lanes.LE;
import static dev.airfoil.kernels.cpu.vector.Lanes.N;
import static dev.airfoil.kernels.cpu.vector.Lanes.offHeap;

import dev.airfoil.kernels.cpu.Call;
import dev.airfoil.kernels.cpu.CpuKernel;
import dev.airfoil.kernels.cpu.vector.VectorMath;
import dev.airfoil.tensor.ops.Unary;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * Elements in parallel. One short loop for each function: a loop with a switch inside merges vectors of several branches,
 * and those the compiler boxes.
 */
public final class UnaryKernel implements CpuKernel<Unary> {
    @Override
    public void run(Unary op, Call call) {
        Flat.Map1 loop = switch (op.fn()) {
            case EXP -> UnaryKernel::exp;
            case LOG -> UnaryKernel::log;
            case SQRT -> UnaryKernel::sqrt;
            case RSQRT -> UnaryKernel::rsqrt;
            case RECIPROCAL -> UnaryKernel::reciprocal;
            case SQUARE -> UnaryKernel::square;
            case ABS -> UnaryKernel::abs;
            case TANH -> UnaryKernel::tanh;
            case SIGMOID -> UnaryKernel::sigmoid;
            case ERF -> UnaryKernel::erf;
        };
        Flat.map(call.pool(), call.in(0).size(), call.dense(0), call.result(0), loop);
    }

    private static void exp(MemorySegment x, long xo, MemorySegment y, long yo, int n) {
        MemorySegment out = offHeap(y);
        for (int j = 0; j < n; j += N) {
            VectorMath.exp(FloatVector.fromMemorySegment(F, x, xo + 4L * j, LE))
                    .intoMemorySegment(out, yo + 4L * j, LE);
        }
    }

    private static void log(MemorySegment x, long xo, MemorySegment y, long yo, int n) {
        MemorySegment out = offHeap(y);
        for (int j = 0; j < n; j += N) {
            VectorMath.log(FloatVector.fromMemorySegment(F, x, xo + 4L * j, LE))
                    .intoMemorySegment(out, yo + 4L * j, LE);
        }
    }

    private static void sqrt(MemorySegment x, long xo, MemorySegment y, long yo, int n) {
        MemorySegment out = offHeap(y);
        for (int j = 0; j < n; j += N) {
            FloatVector.fromMemorySegment(F, x, xo + 4L * j, LE).sqrt().intoMemorySegment(out, yo + 4L * j, LE);
        }
    }

    private static void rsqrt(MemorySegment x, long xo, MemorySegment y, long yo, int n) {
        MemorySegment out = offHeap(y);
        for (int j = 0; j < n; j += N) {
            FloatVector.broadcast(F, 1)
                    .div(FloatVector.fromMemorySegment(F, x, xo + 4L * j, LE).sqrt())
                    .intoMemorySegment(out, yo + 4L * j, LE);
        }
    }

    private static void reciprocal(MemorySegment x, long xo, MemorySegment y, long yo, int n) {
        MemorySegment out = offHeap(y);
        for (int j = 0; j < n; j += N) {
            FloatVector.broadcast(F, 1)
                    .div(FloatVector.fromMemorySegment(F, x, xo + 4L * j, LE))
                    .intoMemorySegment(out, yo + 4L * j, LE);
        }
    }

    private static void square(MemorySegment x, long xo, MemorySegment y, long yo, int n) {
        MemorySegment out = offHeap(y);
        for (int j = 0; j < n; j += N) {
            FloatVector v = FloatVector.fromMemorySegment(F, x, xo + 4L * j, LE);
            v.mul(v).intoMemorySegment(out, yo + 4L * j, LE);
        }
    }

    private static void abs(MemorySegment x, long xo, MemorySegment y, long yo, int n) {
        MemorySegment out = offHeap(y);
        for (int j = 0; j < n; j += N) {
            FloatVector.fromMemorySegment(F, x, xo + 4L * j, LE).abs().intoMemorySegment(out, yo + 4L * j, LE);
        }
    }

    private static void tanh(MemorySegment x, long xo, MemorySegment y, long yo, int n) {
        MemorySegment out = offHeap(y);
        for (int j = 0; j < n; j += N) {
            VectorMath.tanh(FloatVector.fromMemorySegment(F, x, xo + 4L * j, LE))
                    .intoMemorySegment(out, yo + 4L * j, LE);
        }
    }

    private static void sigmoid(MemorySegment x, long xo, MemorySegment y, long yo, int n) {
        MemorySegment out = offHeap(y);
        for (int j = 0; j < n; j += N) {
            VectorMath.sigmoid(FloatVector.fromMemorySegment(F, x, xo + 4L * j, LE))
                    .intoMemorySegment(out, yo + 4L * j, LE);
        }
    }

    private static void erf(MemorySegment x, long xo, MemorySegment y, long yo, int n) {
        MemorySegment out = offHeap(y);
        for (int j = 0; j < n; j += N) {
            VectorMath.erf(FloatVector.fromMemorySegment(F, x, xo + 4L * j, LE))
                    .intoMemorySegment(out, yo + 4L * j, LE);
        }
    }
}
