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
 * {@code beta1 = 0} there is no m.
 */
record Step(float rate, float beta1, Floats p, Floats m, Floats newP, Floats newM) {
    static final int PARALLEL = 16_384;

    /** For {@code n} elements from {@code at} on. */
    void take(MemorySegment u, long at, int n) {
        if (beta1 > 0) {
            float rest = (1 - beta1) * rate;
            move(u, rest, beta1, m.data(), m.at(at), newM.data(), newM.at(at), n);
            take(newM.data(), newM.at(at), 1, p.data(), p.at(at), newP.data(), newP.at(at), n);
        } else {
            take(u, 0, rate, p.data(), p.at(at), newP.data(), newP.at(at), n);
        }
    }

    /** {@code y = beta m + rate u}. */
    private static void move(
            MemorySegment u, float rate, float beta, MemorySegment m, long mo, MemorySegment y, long yo, int n) {
        MemorySegment out = offHeap(y);
        int end = F.loopBound(n);
        int j = 0;
        for (; j < end; j += N) {
            FloatVector v = FloatVector.fromMemorySegment(F, m, mo + 4L * j, LE).mul(beta);
            FloatVector.fromMemorySegment(F, u, 4L * j, LE)
                    .fma(FloatVector.broadcast(F, rate), v)
                    .intoMemorySegment(out, yo + 4L * j, LE);
        }
        for (; j < n; j++) {
            Lanes.set(y, yo + 4L * j, Math.fma(Lanes.get(u, 4L * j), rate, Lanes.get(m, mo + 4L * j) * beta));
        }
    }

    /** {@code y = p - rate u}. */
    private static void take(
            MemorySegment u, long uo, float rate, MemorySegment p, long po, MemorySegment y, long yo, int n) {
        MemorySegment out = offHeap(y);
        int end = F.loopBound(n);
        int j = 0;
        for (; j < end; j += N) {
            FloatVector.fromMemorySegment(F, u, uo + 4L * j, LE)
                    .fma(FloatVector.broadcast(F, -rate), FloatVector.fromMemorySegment(F, p, po + 4L * j, LE))
                    .intoMemorySegment(out, yo + 4L * j, LE);
        }
        for (; j < n; j++) {
            Lanes.set(y, yo + 4L * j, Math.fma(Lanes.get(u, uo + 4L * j), -rate, Lanes.get(p, po + 4L * j)));
        }
    }
}
