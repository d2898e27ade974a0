package dev.airfoil.kernels.cpu.pointwise;

import static dev.airfoil.kernels.cpu.vector.Lanes.F;
import static dev.airfoil.kernels.cpu.vector.Lanes.N;

import dev.airfoil.kernels.cpu.Call;
import dev.airfoil.kernels.cpu.CpuKernel;
import dev.airfoil.kernels.cpu.Floats;
import dev.airfoil.kernels.cpu.vector.Lanes;
import dev.airfoil.kernels.cpu.vector.VectorMath;
import dev.airfoil.tensor.ops.Activation;
import dev.airfoil.tensor.ops.ActivationGrad;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/** Elements in parallel: {@code gx = gy f'(x)}, the slope computed from x again. */
public final class ActivationGradKernel implements CpuKernel<ActivationGrad> {
    @Override
    public Class<ActivationGrad> op() {
        return ActivationGrad.class;
    }

    @Override
    public void run(ActivationGrad op, Call call) {
        Floats x = call.dense(0);
        Floats gy = call.dense(1);
        Floats gx = call.result(0);
        Flat.run(
                call.pool(),
                call.in(0).size(),
                (from, n) -> map(
                        op.fn(), x.data(), x.at(from), gy.data(), gy.at(from), gx.data(), gx.at(from), n));
    }

    private static void map(
            Activation.Fn fn, MemorySegment x, long xo, MemorySegment g, long go, MemorySegment y, long yo, int n) {
        int j = 0;
        for (; j + N <= n; j += N) {
            Lanes.store(slope(fn, Lanes.load(x, xo + 4L * j)).mul(Lanes.load(g, go + 4L * j)), y, yo + 4L * j);
        }
        if (j < n) {
            int rest = n - j;
            FloatVector slope = slope(fn, Lanes.load(x, xo + 4L * j, rest));
            Lanes.store(slope.mul(Lanes.load(g, go + 4L * j, rest)), y, yo + 4L * j, rest);
        }
    }

    private static FloatVector slope(Activation.Fn fn, FloatVector x) {
        return switch (fn) {
            case NONE -> FloatVector.broadcast(F, 1);
            case SILU -> swish(VectorMath.sigmoid(x), x);
            case QUICK_GELU -> swish(VectorMath.sigmoid(x.mul(1.702f)), x.mul(1.702f));
            case GELU_TANH -> geluTanh(x);
            case GELU -> gelu(x);
            case RELU -> FloatVector.zero(F).blend(1f, FloatVector.zero(F).lt(x));
        };
    }

    /** s + x u' s (1 - s), for the sigmoid s of u(x). */
    private static FloatVector swish(FloatVector s, FloatVector xTimesSlope) {
        return xTimesSlope.mul(s).mul(FloatVector.broadcast(F, 1).sub(s)).add(s);
    }

    private static FloatVector geluTanh(FloatVector x) {
        FloatVector z = x.mul(x);
        // u = 2 sqrt(2/pi) (x + 0.044715 x^3)
        FloatVector u = z.fma(FloatVector.broadcast(F, 0.07135481f), FloatVector.broadcast(F, 1.5957691f)).mul(x);
        FloatVector xu = z.fma(FloatVector.broadcast(F, 3 * 0.07135481f), FloatVector.broadcast(F, 1.5957691f)).mul(x);
        return swish(VectorMath.sigmoid(u), xu);
    }

    private static FloatVector gelu(FloatVector x) {
        FloatVector density = VectorMath.exp(x.mul(x).mul(-0.5f)).mul(0.3989422804f);
        return VectorMath.erf(x.mul(0.70710678f)).add(1f).mul(0.5f).add(x.mul(density));
    }
}
