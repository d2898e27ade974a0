package dev.airfoil.kernels.cpu.pointwise;

import static dev.airfoil.kernels.cpu.vector.Lanes.F;
import static dev.airfoil.kernels.cpu.vector.Lanes.N;

import dev.airfoil.kernels.cpu.Call;
import dev.airfoil.kernels.cpu.CpuKernel;
import dev.airfoil.kernels.cpu.Floats;
import dev.airfoil.kernels.cpu.vector.Lanes;
import dev.airfoil.kernels.cpu.vector.VectorMath;
import dev.airfoil.tensor.ops.Unary;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/** Elements in parallel. The switch stands inside the loop: for the compiler it is a constant of the loop. */
public final class UnaryKernel implements CpuKernel<Unary> {
    @Override
    public Class<Unary> op() {
        return Unary.class;
    }

    @Override
    public void run(Unary op, Call call) {
        Floats x = call.dense(0);
        Floats y = call.result(0);
        Flat.run(call.pool(), call.in(0).size(), (from, n) -> map(op.fn(), x.data(), x.at(from), y.data(), y.at(from), n));
    }

    private static void map(Unary.Fn fn, MemorySegment x, long xo, MemorySegment y, long yo, int n) {
        int j = 0;
        for (; j + N <= n; j += N) {
            Lanes.store(apply(fn, Lanes.load(x, xo + 4L * j)), y, yo + 4L * j);
        }
        if (j < n) {
            Lanes.store(apply(fn, Lanes.load(x, xo + 4L * j, n - j)), y, yo + 4L * j, n - j);
        }
    }

    private static FloatVector apply(Unary.Fn fn, FloatVector x) {
        return switch (fn) {
            case EXP -> VectorMath.exp(x);
            case LOG -> VectorMath.log(x);
            case SQRT -> x.sqrt();
            case RSQRT -> FloatVector.broadcast(F, 1).div(x.sqrt());
            case RECIPROCAL -> FloatVector.broadcast(F, 1).div(x);
            case SQUARE -> x.mul(x);
            case ABS -> x.abs();
            case TANH -> VectorMath.tanh(x);
            case SIGMOID -> VectorMath.sigmoid(x);
            case ERF -> VectorMath.erf(x);
        };
    }
}
