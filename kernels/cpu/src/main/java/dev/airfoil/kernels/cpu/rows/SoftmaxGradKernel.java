package dev.airfoil.kernels.cpu.rows;

import static dev.airfoil.kernels.cpu.vector.Lanes.F;
import static dev.airfoil.kernels.cpu.vector.Lanes.LE;
import static dev.airfoil.kernels.cpu.vector.Lanes.N;
import static dev.airfoil.kernels.cpu.vector.Lanes.offHeap;

import dev.airfoil.kernels.cpu.Call;
import dev.airfoil.kernels.cpu.CpuKernel;
import dev.airfoil.kernels.cpu.Floats;
import dev.airfoil.kernels.cpu.vector.Lanes;
import dev.airfoil.tensor.ops.SoftmaxGrad;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/** Rows in parallel: {@code y (gy - sum(y gy))}. */
public final class SoftmaxGradKernel implements CpuKernel<SoftmaxGrad> {
    @Override
    public void run(SoftmaxGrad op, Call call) {
        int d = call.in(0).dim(-1);
        Floats y = call.dense(0);
        Floats gy = call.dense(1);
        Floats gx = call.result(0);
        call.pool().splitIf(call.in(0).size() > 16_384, LayerNormKernel.rows(call, d), (from, to) -> {
            for (int i = from; i < to; i++) {
                long at = (long) i * d;
                float dot = RowMath.dot(y.data(), y.at(at), gy.data(), gy.at(at), d);
                row(y.data(), y.at(at), gy.data(), gy.at(at), dot, gx.data(), gx.at(at), d);
            }
        });
    }

    private static void row(
            MemorySegment y, long yo, MemorySegment gy, long go, float dot, MemorySegment gx, long to, int d) {
        MemorySegment out = offHeap(gx);
        int end = F.loopBound(d);
        int j = 0;
        for (; j < end; j += N) {
            FloatVector g =
                    FloatVector.fromMemorySegment(F, gy, go + 4L * j, LE).sub(dot);
            g.mul(FloatVector.fromMemorySegment(F, y, yo + 4L * j, LE)).intoMemorySegment(out, to + 4L * j, LE);
        }
        for (; j < d; j++) {
            float g = Lanes.get(gy, go + 4L * j) - dot;
            Lanes.set(gx, to + 4L * j, g * Lanes.get(y, yo + 4L * j));
        }
    }
}
