package dev.airfoil.kernels.cpu.rows;

import static dev.airfoil.kernels.cpu.vector.Lanes.F;
import static dev.airfoil.kernels.cpu.vector.Lanes.LE;
import static dev.airfoil.kernels.cpu.vector.Lanes.N;
import static dev.airfoil.kernels.cpu.vector.Lanes.offHeap;

import dev.airfoil.kernels.cpu.Call;
import dev.airfoil.kernels.cpu.CpuKernel;
import dev.airfoil.kernels.cpu.Floats;
import dev.airfoil.kernels.cpu.vector.Lanes;
import dev.airfoil.kernels.cpu.vector.VectorMath;
import dev.airfoil.tensor.ops.Softmax;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** Rows in parallel: maximum, exponentials with their sum, division. */
public final class SoftmaxKernel implements CpuKernel<Softmax> {
    @Override
    public void run(Softmax op, Call call) {
        int d = call.in(0).dim(-1);
        Floats x = call.dense(0);
        Floats y = call.result(0);
        call.pool().splitIf(call.in(0).size() > 8_192, LayerNormKernel.rows(call, d), (from, to) -> {
            float[] rest = new float[N];
            for (int i = from; i < to; i++) {
                long at = (long) i * d;
                float max = max(x.data(), x.at(at), d);
                float sum = exponentials(x.data(), x.at(at), max, y.data(), y.at(at), d, rest);
                scale(y.data(), y.at(at), 1 / sum, d);
            }
        });
    }

    /**
     * The largest element but NaN, since that makes all of the row NaN anyway, or -infinity. The vectors of the loop's end
     * overlap.
     */
    private static float max(MemorySegment x, long xo, int d) {
        float max = Float.NEGATIVE_INFINITY;
        if (d < N) {
            for (int j = 0; j < d; j++) {
                float v = Lanes.get(x, xo + 4L * j);
                max = v > max ? v : max;
            }
            return max;
        }
        FloatVector a = FloatVector.broadcast(F, max);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector e = a;
        int end = d / (4 * N) * (4 * N);
        int j = 0;
        for (; j < end; j += 4 * N) {
            long at = xo + 4L * j;
            FloatVector v = FloatVector.fromMemorySegment(F, x, at, LE);
            a = a.blend(v, a.lt(v));
            v = FloatVector.fromMemorySegment(F, x, at + 4L * N, LE);
            b = b.blend(v, b.lt(v));
            v = FloatVector.fromMemorySegment(F, x, at + 8L * N, LE);
            c = c.blend(v, c.lt(v));
            v = FloatVector.fromMemorySegment(F, x, at + 12L * N, LE);
            e = e.blend(v, e.lt(v));
        }
        for (; j < d; j += N) {
            FloatVector v = FloatVector.fromMemorySegment(F, x, xo + 4L * Math.min(j, d - N), LE);
            a = a.blend(v, a.lt(v));
        }
        return a.max(b).max(c.max(e)).reduceLanes(VectorOperators.MAX);
    }

    /** @param rest room for a vector: NEON stores none in part, and the JVM would box it */
    private static float exponentials(
            MemorySegment x, long xo, float max, MemorySegment y, long yo, int d, float[] rest) {
        MemorySegment out = offHeap(y);
        FloatVector sum = FloatVector.zero(F);
        int end = F.loopBound(d);
        int j = 0;
        for (; j < end; j += N) {
            FloatVector e = VectorMath.exp(
                    FloatVector.fromMemorySegment(F, x, xo + 4L * j, LE).sub(max));
            e.intoMemorySegment(out, yo + 4L * j, LE);
            sum = sum.add(e);
        }
        if (j < d) {
            VectorMask<Float> m = F.indexInRange(j, d);
            FloatVector e = VectorMath.exp(
                    FloatVector.fromMemorySegment(F, x, xo + 4L * j, LE, m).sub(max));
            e.intoArray(rest, 0);
            Lanes.copy(rest, 0, out, yo + 4L * j, d - j);
            sum = sum.add(e, m);
        }
        return Lanes.sum(sum);
    }

    private static void scale(MemorySegment y, long yo, float factor, int d) {
        MemorySegment out = offHeap(y);
        int end = F.loopBound(d);
        int j = 0;
        for (; j < end; j += N) {
            FloatVector.fromMemorySegment(F, y, yo + 4L * j, LE).mul(factor).intoMemorySegment(out, yo + 4L * j, LE);
        }
        for (; j < d; j++) {
            Lanes.set(y, yo + 4L * j, Lanes.get(y, yo + 4L * j) * factor);
        }
    }
}
