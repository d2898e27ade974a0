package dev.airfoil.kernels.cpu.pointwise;

import static dev.airfoil.kernels.cpu.vector.Lanes.F;
import static dev.airfoil.kernels.cpu.vector.Lanes.LE;
import static dev.airfoil.kernels.cpu.vector.Lanes.N;
import static dev.airfoil.kernels.cpu.vector.Lanes.offHeap;

import dev.airfoil.kernels.cpu.Call;
import dev.airfoil.kernels.cpu.CpuKernel;
import dev.airfoil.kernels.cpu.Floats;
import dev.airfoil.kernels.cpu.vector.Lanes;
import dev.airfoil.tensor.ops.Affine;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/** Elements in parallel, one fused multiply-add each. */
public final class AffineKernel implements CpuKernel<Affine> {
    @Override
    public void run(Affine op, Call call) {
        Floats x = call.dense(0);
        Floats y = call.result(0);
        Flat.run(
                call.pool(),
                call.in(0).size(),
                (from, n) -> map(op.scale(), op.shift(), x.data(), x.at(from), y.data(), y.at(from), n));
    }

    private static void map(float scale, float shift, MemorySegment x, long xo, MemorySegment y, long yo, int n) {
        MemorySegment out = offHeap(y);
        int end = F.loopBound(n);
        int j = 0;
        for (; j < end; j += N) {
            FloatVector v = FloatVector.fromMemorySegment(F, x, xo + 4L * j, LE);
            v.fma(FloatVector.broadcast(F, scale), FloatVector.broadcast(F, shift))
                    .intoMemorySegment(out, yo + 4L * j, LE);
        }
        for (; j < n; j++) {
            Lanes.set(y, yo + 4L * j, Math.fma(scale, Lanes.get(x, xo + 4L * j), shift));
        }
    }
}
