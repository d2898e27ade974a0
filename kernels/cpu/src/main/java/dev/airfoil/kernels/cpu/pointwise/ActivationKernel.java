package dev.airfoil.kernels.cpu.pointwise;

import static dev.airfoil.kernels.cpu.vector.Lanes.N;

import dev.airfoil.kernels.cpu.Call;
import dev.airfoil.kernels.cpu.CpuKernel;
import dev.airfoil.kernels.cpu.Floats;
import dev.airfoil.kernels.cpu.vector.Lanes;
import dev.airfoil.kernels.cpu.vector.VectorMath;
import dev.airfoil.tensor.ops.Activation;
import java.lang.foreign.MemorySegment;

/** Elements in parallel. */
public final class ActivationKernel implements CpuKernel<Activation> {
    @Override
    public Class<Activation> op() {
        return Activation.class;
    }

    @Override
    public void run(Activation op, Call call) {
        Floats x = call.dense(0);
        Floats y = call.result(0);
        Flat.run(call.pool(), call.in(0).size(), (from, n) -> map(op.fn(), x.data(), x.at(from), y.data(), y.at(from), n));
    }

    private static void map(Activation.Fn fn, MemorySegment x, long xo, MemorySegment y, long yo, int n) {
        int j = 0;
        for (; j + N <= n; j += N) {
            Lanes.store(VectorMath.activation(fn, Lanes.load(x, xo + 4L * j)), y, yo + 4L * j);
        }
        if (j < n) {
            Lanes.store(VectorMath.activation(fn, Lanes.load(x, xo + 4L * j, n - j)), y, yo + 4L * j, n - j);
        }
    }
}
