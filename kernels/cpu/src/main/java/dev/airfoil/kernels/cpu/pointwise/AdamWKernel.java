package dev.airfoil.kernels.cpu.pointwise;

import static dev.airfoil.kernels.cpu.vector.Lanes.F;
import static dev.airfoil.kernels.cpu.vector.Lanes.N;

import dev.airfoil.kernels.cpu.Call;
import dev.airfoil.kernels.cpu.CpuKernel;
import dev.airfoil.kernels.cpu.Floats;
import dev.airfoil.kernels.cpu.vector.Lanes;
import dev.airfoil.tensor.ops.AdamWUpdate;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/** Elements in parallel: four reads and three writes an element, one trip through memory. */
public final class AdamWKernel implements CpuKernel<AdamWUpdate> {
    @Override
    public Class<AdamWUpdate> op() {
        return AdamWUpdate.class;
    }

    @Override
    public void run(AdamWUpdate op, Call call) {
        Floats[] in = {call.dense(0), call.dense(1), call.dense(2), call.dense(3)};
        Floats[] out = {call.result(0), call.result(1), call.result(2)};
        Constants c = Constants.of(op);
        Flat.run(call.pool(), call.in(0).size(), (from, n) -> {
            int j = 0;
            for (; j + N <= n; j += N) {
                step(c, in, out, 4 * (from + j), N);
            }
            if (j < n) {
                step(c, in, out, 4 * (from + j), n - j);
            }
        });
    }

    /** The factors of a step, computed once. */
    private record Constants(
            float beta1,
            float rest1,
            float beta2,
            float rest2,
            float stepSize,
            float rootScale,
            float eps,
            float keep) {
        static Constants of(AdamWUpdate op) {
            return new Constants(
                    (float) op.beta1(),
                    (float) (1 - op.beta1()),
                    (float) op.beta2(),
                    (float) (1 - op.beta2()),
                    (float) op.stepSize(),
                    (float) op.rootScale(),
                    (float) op.eps(),
                    (float) (1 - op.lr() * op.decay()));
        }
    }

    private static void step(Constants c, Floats[] in, Floats[] out, long at, int n) {
        FloatVector p = load(in[0], at, n);
        FloatVector g = load(in[1], at, n);
        FloatVector m = load(in[2], at, n).mul(c.beta1).add(g.mul(c.rest1));
        FloatVector v = load(in[3], at, n).mul(c.beta2).add(g.mul(g).mul(c.rest2));
        FloatVector root = v.sqrt().fma(FloatVector.broadcast(F, c.rootScale), FloatVector.broadcast(F, c.eps));
        store(p.mul(c.keep).sub(m.mul(c.stepSize).div(root)), out[0], at, n);
        store(m, out[1], at, n);
        store(v, out[2], at, n);
    }

    private static FloatVector load(Floats x, long at, int n) {
        MemorySegment s = x.data();
        return n == N ? Lanes.load(s, x.base() + at) : Lanes.load(s, x.base() + at, n);
    }

    private static void store(FloatVector v, Floats y, long at, int n) {
        if (n == N) {
            Lanes.store(v, y.data(), y.base() + at);
        } else {
            Lanes.store(v, y.data(), y.base() + at, n);
        }
    }
}
