package dev.airfoil.kernels.cpu.pointwise;

import static dev.airfoil.kernels.cpu.vector.Lanes.F;
import static dev.airfoil.kernels.cpu.vector.Lanes.LE;
import static dev.airfoil.kernels.cpu.vector.Lanes.N;
import static dev.airfoil.kernels.cpu.vector.Lanes.offHeap;

import dev.airfoil.kernels.cpu.Call;
import dev.airfoil.kernels.cpu.CpuKernel;
import dev.airfoil.kernels.cpu.Floats;
import dev.airfoil.kernels.cpu.vector.Lanes;
import dev.airfoil.tensor.ops.AdamWUpdate;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * Elements in parallel: four reads and three writes an element, one trip through memory; what the three short loops
 * share lies in the first-level cache.
 */
public final class AdamWKernel implements CpuKernel<AdamWUpdate> {
    @Override
    public Class<AdamWUpdate> op() {
        return AdamWUpdate.class;
    }

    @Override
    public void run(AdamWUpdate op, Call call) {
        Floats p = call.dense(0);
        Floats g = call.dense(1);
        Floats m = call.dense(2);
        Floats v = call.dense(3);
        Floats newP = call.result(0);
        Floats newM = call.result(1);
        Floats newV = call.result(2);
        Constants c = Constants.of(op);
        Flat.run(call.pool(), call.in(0).size(), (at, n) -> {
            move(m.data(), m.at(at), c.beta1, g.data(), g.at(at), c.rest1, newM.data(), newM.at(at), n);
            moveSquare(v.data(), v.at(at), c.beta2, g.data(), g.at(at), c.rest2, newV.data(), newV.at(at), n);
            step(
                    c,
                    p.data(),
                    p.at(at),
                    newM.data(),
                    newM.at(at),
                    newV.data(),
                    newV.at(at),
                    newP.data(),
                    newP.at(at),
                    n);
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

    /** {@code y = beta m + rest g}. */
    private static void move(
            MemorySegment m,
            long mo,
            float beta,
            MemorySegment g,
            long go,
            float rest,
            MemorySegment y,
            long yo,
            int n) {
        MemorySegment out = offHeap(y);
        int end = F.loopBound(n);
        int j = 0;
        for (; j < end; j += N) {
            FloatVector v = FloatVector.fromMemorySegment(F, g, go + 4L * j, LE).mul(rest);
            FloatVector.fromMemorySegment(F, m, mo + 4L * j, LE)
                    .mul(beta)
                    .add(v)
                    .intoMemorySegment(out, yo + 4L * j, LE);
        }
        for (; j < n; j++) {
            Lanes.set(y, yo + 4L * j, Lanes.get(m, mo + 4L * j) * beta + Lanes.get(g, go + 4L * j) * rest);
        }
    }

    /** {@code y = beta v + rest g^2}. */
    private static void moveSquare(
            MemorySegment v,
            long vo,
            float beta,
            MemorySegment g,
            long go,
            float rest,
            MemorySegment y,
            long yo,
            int n) {
        MemorySegment out = offHeap(y);
        int end = F.loopBound(n);
        int j = 0;
        for (; j < end; j += N) {
            FloatVector x = FloatVector.fromMemorySegment(F, g, go + 4L * j, LE);
            FloatVector.fromMemorySegment(F, v, vo + 4L * j, LE)
                    .mul(beta)
                    .add(x.mul(x).mul(rest))
                    .intoMemorySegment(out, yo + 4L * j, LE);
        }
        for (; j < n; j++) {
            float x = Lanes.get(g, go + 4L * j);
            Lanes.set(y, yo + 4L * j, Lanes.get(v, vo + 4L * j) * beta + x * x * rest);
        }
    }

    /** {@code y = keep p - stepSize m / (rootScale sqrt(v) + eps)}. */
    private static void step(
            Constants c,
            MemorySegment p,
            long po,
            MemorySegment m,
            long mo,
            MemorySegment v,
            long vo,
            MemorySegment y,
            long yo,
            int n) {
        MemorySegment out = offHeap(y);
        float stepSize = c.stepSize;
        float rootScale = c.rootScale;
        float eps = c.eps;
        float keep = c.keep;
        int end = F.loopBound(n);
        int j = 0;
        for (; j < end; j += N) {
            FloatVector root = FloatVector.fromMemorySegment(F, v, vo + 4L * j, LE)
                    .sqrt()
                    .fma(FloatVector.broadcast(F, rootScale), FloatVector.broadcast(F, eps));
            FloatVector move = FloatVector.fromMemorySegment(F, m, mo + 4L * j, LE)
                    .mul(stepSize)
                    .div(root);
            FloatVector.fromMemorySegment(F, p, po + 4L * j, LE)
                    .mul(keep)
                    .sub(move)
                    .intoMemorySegment(out, yo + 4L * j, LE);
        }
        for (; j < n; j++) {
            float root = Math.fma((float) Math.sqrt(Lanes.get(v, vo + 4L * j)), rootScale, eps);
            float move = Lanes.get(m, mo + 4L * j) * stepSize / root;
            Lanes.set(y, yo + 4L * j, Lanes.get(p, po + 4L * j) * keep - move);
        }
    }
}
