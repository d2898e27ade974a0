package dev.airfoil.kernels.cpu.pointwise;

import static dev.airfoil.kernels.cpu.vector.Lanes.F;
import static dev.airfoil.kernels.cpu.vector.Lanes.LE;
import static dev.airfoil.kernels.cpu.vector.Lanes.N;
import static dev.airfoil.kernels.cpu.vector.Lanes.offHeap;

import dev.airfoil.kernels.cpu.Call;
import dev.airfoil.kernels.cpu.CpuKernel;
import dev.airfoil.kernels.cpu.Floats;
import dev.airfoil.kernels.cpu.vector.Lanes;
import dev.airfoil.tensor.ops.Lerp;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/** Elements in parallel. */
public final class LerpKernel implements CpuKernel<Lerp> {
    @Override
    public void run(Lerp op, Call call) {
        Floats a = call.dense(0);
        Floats b = call.dense(1);
        Floats y = call.result(0);
        Flat.run(
                call.pool(),
                call.in(0).size(),
                (from, n) -> map(op.t(), a.data(), a.at(from), b.data(), b.at(from), y.data(), y.at(from), n));
    }

    private static void map(
            float t, MemorySegment a, long ao, MemorySegment b, long bo, MemorySegment y, long yo, int n) {
        MemorySegment out = offHeap(y);
        int end = F.loopBound(n);
        int j = 0;
        for (; j < end; j += N) {
            FloatVector u = FloatVector.fromMemorySegment(F, a, ao + 4L * j, LE);
            FloatVector v = FloatVector.fromMemorySegment(F, b, bo + 4L * j, LE);
            v.sub(u).fma(FloatVector.broadcast(F, t), u).intoMemorySegment(out, yo + 4L * j, LE);
        }
        for (; j < n; j++) {
            float u = Lanes.get(a, ao + 4L * j);
            Lanes.set(y, yo + 4L * j, Math.fma(Lanes.get(b, bo + 4L * j) - u, t, u));
        }
    }
}
