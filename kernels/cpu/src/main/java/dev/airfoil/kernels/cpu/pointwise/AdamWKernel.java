package dev.airfoil.kernels.cpu.pointwise;

import static dev.airfoil.kernels.cpu.vector.Lanes.F;
import static dev.airfoil.kernels.cpu.vector.Lanes.LE;
import static dev.airfoil.kernels.cpu.vector.Lanes.N;

import dev.airfoil.kernels.cpu.Call;
import dev.airfoil.kernels.cpu.CpuKernel;
import dev.airfoil.kernels.cpu.Floats;
import dev.airfoil.kernels.cpu.vector.Lanes;
import dev.airfoil.tensor.ops.AdamWUpdate;
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
                step(c, in, out, 4 * (from + j));
            }
            for (; j < n; j++) {
                scalarStep(c, in, out, 4 * (from + j));
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

    private static void step(Constants c, Floats[] in, Floats[] out, long at) {
        FloatVector p = load(in[0], at);
        FloatVector g = load(in[1], at);
        FloatVector m = load(in[2], at).mul(c.beta1).add(g.mul(c.rest1));
        FloatVector v = load(in[3], at).mul(c.beta2).add(g.mul(g).mul(c.rest2));
        FloatVector root = v.sqrt().fma(FloatVector.broadcast(F, c.rootScale), FloatVector.broadcast(F, c.eps));
        p.mul(c.keep).sub(m.mul(c.stepSize).div(root)).intoMemorySegment(out[0].data(), out[0].base() + at, LE);
        m.intoMemorySegment(out[1].data(), out[1].base() + at, LE);
        v.intoMemorySegment(out[2].data(), out[2].base() + at, LE);
    }

    private static FloatVector load(Floats x, long at) {
        return FloatVector.fromMemorySegment(F, x.data(), x.base() + at, LE);
    }

    private static void scalarStep(Constants c, Floats[] in, Floats[] out, long at) {
        float g = get(in[1], at);
        float m = get(in[2], at) * c.beta1 + g * c.rest1;
        float v = get(in[3], at) * c.beta2 + g * g * c.rest2;
        float root = Math.fma((float) Math.sqrt(v), c.rootScale, c.eps);
        Lanes.set(out[0].data(), out[0].base() + at, get(in[0], at) * c.keep - m * c.stepSize / root);
        Lanes.set(out[1].data(), out[1].base() + at, m);
        Lanes.set(out[2].data(), out[2].base() + at, v);
    }

    private static float get(Floats x, long at) {
        return Lanes.get(x.data(), x.base() + at);
    }
}
