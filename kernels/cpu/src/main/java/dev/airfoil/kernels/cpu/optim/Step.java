package dev.airfoil.kernels.cpu.optim;

import static dev.airfoil.kernels.cpu.vector.Lanes.F;
import static dev.airfoil.kernels.cpu.vector.Lanes.LE;
import static dev.airfoil.kernels.cpu.vector.Lanes.N;
import static dev.airfoil.kernels.cpu.vector.Lanes.offHeap;

import dev.airfoil.kernels.cpu.Floats;
import dev.airfoil.kernels.cpu.vector.Lanes;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * The end of an Adafactor step for some elements: {@code m' = beta1 m + (1 - beta1) rate u}, {@code p' = p - m'}. With
 * {@code beta1 = 0} there is no m. One loop, so that memory brings and takes all that it needs at the same time.
 */
record Step(float rate, float beta1, Floats g, Floats p, Floats m, Floats newP, Floats newM) {
    static final int PARALLEL = 16_384;

    /** For {@code n} elements from {@code at} on: u is g times the shared factor times the factors. */
    void take(float shared, Floats factors, long at, int n) {
        MemorySegment f = factors.data();
        long fo = factors.base();
        if (beta1 > 0) {
            float factor = (1 - beta1) * rate * shared;
            MemorySegment to = newM.data();
            move(g.data(), g.at(at), factor, f, fo, m.data(), m.at(at), beta1, to, newM.at(at), p, newP, at, n);
        } else {
            take(g.data(), g.at(at), rate * shared, f, fo, p.data(), p.at(at), newP.data(), newP.at(at), n);
        }
    }

    /** {@code newM = beta m + factor g factors}, {@code newP = p - newM}. */
    private static void move(
            MemorySegment g,
            long go,
            float factor,
            MemorySegment f,
            long fo,
            MemorySegment m,
            long mo,
            float beta,
            MemorySegment newM,
            long to,
            Floats p,
            Floats newP,
            long at,
            int n) {
        MemorySegment outM = offHeap(newM);
        MemorySegment outP = offHeap(newP.data());
        MemorySegment from = p.data();
        long po = p.at(at);
        long y = newP.at(at);
        int end = F.loopBound(n);
        int j = 0;
        for (; j < end; j += N) {
            FloatVector moved = FloatVector.fromMemorySegment(F, g, go + 4L * j, LE)
                    .mul(factor)
                    .fma(
                            FloatVector.fromMemorySegment(F, f, fo + 4L * j, LE),
                            FloatVector.fromMemorySegment(F, m, mo + 4L * j, LE).mul(beta));
            moved.intoMemorySegment(outM, to + 4L * j, LE);
            FloatVector.fromMemorySegment(F, from, po + 4L * j, LE).sub(moved).intoMemorySegment(outP, y + 4L * j, LE);
        }
        for (; j < n; j++) {
            float old = Lanes.get(m, mo + 4L * j) * beta;
            float moved = Math.fma(Lanes.get(g, go + 4L * j) * factor, Lanes.get(f, fo + 4L * j), old);
            Lanes.set(newM, to + 4L * j, moved);
            Lanes.set(outP, y + 4L * j, Lanes.get(from, po + 4L * j) - moved);
        }
    }

    /** {@code y = p - factor g factors}. */
    private static void take(
            MemorySegment g,
            long go,
            float factor,
            MemorySegment f,
            long fo,
            MemorySegment p,
            long po,
            MemorySegment y,
            long yo,
            int n) {
        MemorySegment out = offHeap(y);
        int end = F.loopBound(n);
        int j = 0;
        for (; j < end; j += N) {
            FloatVector.fromMemorySegment(F, g, go + 4L * j, LE)
                    .mul(-factor)
                    .fma(
                            FloatVector.fromMemorySegment(F, f, fo + 4L * j, LE),
                            FloatVector.fromMemorySegment(F, p, po + 4L * j, LE))
                    .intoMemorySegment(out, yo + 4L * j, LE);
        }
        for (; j < n; j++) {
            float u = Lanes.get(g, go + 4L * j) * -factor;
            Lanes.set(y, yo + 4L * j, Math.fma(u, Lanes.get(f, fo + 4L * j), Lanes.get(p, po + 4L * j)));
        }
    }
}
