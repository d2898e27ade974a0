package dev.airfoil.kernels.cpu.pointwise;

import static dev.airfoil.kernels.cpu.vector.Lanes.F;
import static dev.airfoil.kernels.cpu.vector.Lanes.LE;
import static dev.airfoil.kernels.cpu.vector.Lanes.N;
import static dev.airfoil.kernels.cpu.vector.Lanes.offHeap;

import dev.airfoil.kernels.cpu.Call;
import dev.airfoil.kernels.cpu.CpuKernel;
import dev.airfoil.kernels.cpu.Floats;
import dev.airfoil.kernels.cpu.vector.Lanes;
import dev.airfoil.tensor.DType;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.Fill;
import java.lang.foreign.MemorySegment;
import java.util.List;
import jdk.incubator.vector.FloatVector;

/** Elements in parallel. */
public final class FillKernel implements CpuKernel<Fill> {
    @Override
    public boolean accepts(Fill op, List<Tensor> inputs) {
        return op.spec().dtype() == DType.F32;
    }

    @Override
    public void run(Fill op, Call call) {
        Floats y = call.result(0);
        float value = (float) op.value();
        Flat.run(call.pool(), call.out(0).size(), (from, n) -> fill(value, y.data(), y.at(from), n));
    }

    /** Sets {@code n} elements. */
    static void fill(float value, MemorySegment y, long yo, int n) {
        MemorySegment out = offHeap(y);
        int end = F.loopBound(n);
        int j = 0;
        for (; j < end; j += N) {
            FloatVector.broadcast(F, value).intoMemorySegment(out, yo + 4L * j, LE);
        }
        for (; j < n; j++) {
            Lanes.set(y, yo + 4L * j, value);
        }
    }
}
