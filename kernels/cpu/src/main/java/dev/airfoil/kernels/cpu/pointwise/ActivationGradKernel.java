package dev.airfoil.kernels.cpu.pointwise;

import static dev.airfoil.kernels.cpu.vector.Lanes.F;
import static dev.airfoil.kernels.cpu.vector.Lanes.LE;
import static dev.airfoil.kernels.cpu.vector.Lanes.N;
import static dev.airfoil.kernels.cpu.vector.Lanes.offHeap;

import dev.airfoil.kernels.cpu.Call;
import dev.airfoil.kernels.cpu.CpuKernel;
import dev.airfoil.kernels.cpu.vector.VectorMath;
import dev.airfoil.tensor.ops.ActivationGrad;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * Elements in parallel: {@code gx = gy f'(x)}, the slope computed from x again. A short loop for each function, for GELU
 * two, called side by side: a loop that calls the other would be compiled with it, too large to go without boxes.
 */
public final class ActivationGradKernel implements CpuKernel<ActivationGrad> {
    /** Elements that still lie in the first-level cache when the second loop follows. */
    private static final int PIECE = 2_048;

    @Override
    public void run(ActivationGrad op, Call call) {
        Flat.Map2 loop = switch (op.fn()) {
            case NONE -> (x, xo, g, go, y, yo, n) -> MemorySegment.copy(g, go, y, yo, 4L * n);
            case SILU -> ActivationGradKernel::silu;
            case QUICK_GELU -> ActivationGradKernel::quickGelu;
            case GELU_TANH -> ActivationGradKernel::geluTanh;
            case GELU ->
                (x, xo, g, go, y, yo, n) -> {
                    for (int start = 0; start < n; start += PIECE) {
                        long at = 4L * start;
                        int length = Math.min(PIECE, n - start);
                        normal(x, xo + at, y, yo + at, length);
                        geluSlope(x, xo + at, g, go + at, y, yo + at, length);
                    }
                };
            case RELU -> ActivationGradKernel::relu;
        };
        Flat.map(call.pool(), call.in(0).size(), call.dense(0), call.dense(1), call.result(0), loop);
    }

    /** The gradient of {@code x sigmoid(u)}: {@code s + x u' s (1 - s)} for the sigmoid s, of which the inverse is given. */
    private static FloatVector swish(FloatVector divisor, FloatVector xTimesSlope) {
        FloatVector one = FloatVector.broadcast(F, 1);
        FloatVector s = one.div(divisor);
        return xTimesSlope.mul(s).fma(one.sub(s), s);
    }

    private static void silu(MemorySegment x, long xo, MemorySegment g, long go, MemorySegment y, long yo, int n) {
        MemorySegment out = offHeap(y);
        for (int j = 0; j < n; j += N) {
            FloatVector v = FloatVector.fromMemorySegment(F, x, xo + 4L * j, LE);
            swish(VectorMath.siluDivisor(v), v)
                    .mul(FloatVector.fromMemorySegment(F, g, go + 4L * j, LE))
                    .intoMemorySegment(out, yo + 4L * j, LE);
        }
    }

    private static void quickGelu(MemorySegment x, long xo, MemorySegment g, long go, MemorySegment y, long yo, int n) {
        MemorySegment out = offHeap(y);
        for (int j = 0; j < n; j += N) {
            FloatVector v = FloatVector.fromMemorySegment(F, x, xo + 4L * j, LE);
            swish(VectorMath.quickGeluDivisor(v), v.mul(1.702f))
                    .mul(FloatVector.fromMemorySegment(F, g, go + 4L * j, LE))
                    .intoMemorySegment(out, yo + 4L * j, LE);
        }
    }

    private static void geluTanh(MemorySegment x, long xo, MemorySegment g, long go, MemorySegment y, long yo, int n) {
        MemorySegment out = offHeap(y);
        for (int j = 0; j < n; j += N) {
            FloatVector v = FloatVector.fromMemorySegment(F, x, xo + 4L * j, LE);
            FloatVector slope = v.mul(v)
                    .fma(
                            FloatVector.broadcast(F, 3 * VectorMath.GELU_CUBIC),
                            FloatVector.broadcast(F, VectorMath.GELU_LINEAR));
            swish(VectorMath.geluTanhDivisor(v), slope.mul(v))
                    .mul(FloatVector.fromMemorySegment(F, g, go + 4L * j, LE))
                    .intoMemorySegment(out, yo + 4L * j, LE);
        }
    }

    private static void relu(MemorySegment x, long xo, MemorySegment g, long go, MemorySegment y, long yo, int n) {
        MemorySegment out = offHeap(y);
        for (int j = 0; j < n; j += N) {
            FloatVector v = FloatVector.fromMemorySegment(F, g, go + 4L * j, LE);
            FloatVector.zero(F)
                    .blend(v, FloatVector.zero(F).lt(FloatVector.fromMemorySegment(F, x, xo + 4L * j, LE)))
                    .intoMemorySegment(out, yo + 4L * j, LE);
        }
    }

    /** gy (Phi(x) + x phi(x)), where y holds Phi(x). */
    private static void geluSlope(MemorySegment x, long xo, MemorySegment g, long go, MemorySegment y, long yo, int n) {
        MemorySegment out = offHeap(y);
        for (int j = 0; j < n; j += N) {
            FloatVector v = FloatVector.fromMemorySegment(F, x, xo + 4L * j, LE);
            FloatVector density = VectorMath.exp(v.mul(v).mul(-0.5f)).mul(0.3989422804f);
            FloatVector slope = v.fma(density, FloatVector.fromMemorySegment(F, y, yo + 4L * j, LE));
            slope.mul(FloatVector.fromMemorySegment(F, g, go + 4L * j, LE)).intoMemorySegment(out, yo + 4L * j, LE);
        }
    }

    /** Phi(x), the normal distribution. */
    private static void normal(MemorySegment x, long xo, MemorySegment y, long yo, int n) {
        MemorySegment out = offHeap(y);
        for (int j = 0; j < n; j += N) {
            FloatVector e = VectorMath.erf(
                    FloatVector.fromMemorySegment(F, x, xo + 4L * j, LE).mul(0.70710678f));
            e.add(1f).mul(0.5f).intoMemorySegment(out, yo + 4L * j, LE);
        }
    }
}
