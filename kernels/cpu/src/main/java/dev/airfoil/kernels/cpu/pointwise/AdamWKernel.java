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
 * Elements in parallel: four reads and three writes an element in one loop, one trip through memory.
 */
public final class AdamWKernel implements CpuKernel<AdamWUpdate> {
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
        Flat.run(
                call.pool(),
                call.in(0).size(),
                (at, n) -> step(
                        c,
                        p.data(),
                        p.at(at),
                        g.data(),
                        g.at(at),
                        m.data(),
                        m.at(at),
                        v.data(),
                        v.at(at),
                        newP.data(),
                        newP.at(at),
                        newM.data(),
                        newM.at(at),
                        newV.data(),
                        newV.at(at),
                        n));
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

    /**
     * {@code m' = beta1 m + rest1 g}, {@code v' = beta2 v + rest2 g^2}, {@code p' = keep p - stepSize m' / (rootScale
     * sqrt(v') + eps)}.
     */
    private static void step(
            Constants c,
            MemorySegment p,
            long po,
            MemorySegment g,
            long go,
            MemorySegment m,
            long mo,
            MemorySegment v,
            long vo,
            MemorySegment newP,
            long toP,
            MemorySegment newM,
            long toM,
            MemorySegment newV,
            long toV,
            int n) {
        MemorySegment outP = offHeap(newP);
        MemorySegment outM = offHeap(newM);
        MemorySegment outV = offHeap(newV);
        float beta1 = c.beta1;
        float rest1 = c.rest1;
        float beta2 = c.beta2;
        float rest2 = c.rest2;
        float stepSize = c.stepSize;
        float rootScale = c.rootScale;
        float eps = c.eps;
        float keep = c.keep;
        int end = F.loopBound(n);
        int j = 0;
        for (; j < end; j += N) {
            FloatVector x = FloatVector.fromMemorySegment(F, g, go + 4L * j, LE);
            FloatVector first = FloatVector.fromMemorySegment(F, m, mo + 4L * j, LE)
                    .mul(beta1)
                    .add(x.mul(rest1));
            first.intoMemorySegment(outM, toM + 4L * j, LE);
            FloatVector second = FloatVector.fromMemorySegment(F, v, vo + 4L * j, LE)
                    .mul(beta2)
                    .add(x.mul(x).mul(rest2));
            second.intoMemorySegment(outV, toV + 4L * j, LE);
            FloatVector root = second.sqrt().fma(FloatVector.broadcast(F, rootScale), FloatVector.broadcast(F, eps));
            FloatVector.fromMemorySegment(F, p, po + 4L * j, LE)
                    .mul(keep)
                    .sub(first.mul(stepSize).div(root))
                    .intoMemorySegment(outP, toP + 4L * j, LE);
        }
        for (; j < n; j++) {
            float x = Lanes.get(g, go + 4L * j);
            float first = Lanes.get(m, mo + 4L * j) * beta1 + x * rest1;
            float second = Lanes.get(v, vo + 4L * j) * beta2 + x * x * rest2;
            float root = Math.fma((float) Math.sqrt(second), rootScale, eps);
            Lanes.set(newM, toM + 4L * j, first);
            Lanes.set(newV, toV + 4L * j, second);
            Lanes.set(newP, toP + 4L * j, Lanes.get(p, po + 4L * j) * keep - first * stepSize / root);
        }
    }
}
