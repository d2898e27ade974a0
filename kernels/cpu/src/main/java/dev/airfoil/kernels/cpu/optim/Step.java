package dev.airfoil.kernels.cpu.optim;

import static dev.airfoil.kernels.cpu.vector.Lanes.F;

import dev.airfoil.kernels.cpu.Floats;
import dev.airfoil.kernels.cpu.vector.Lanes;
import jdk.incubator.vector.FloatVector;

/**
 * The end of an Adafactor step for some elements: {@code m' = beta1 m + (1 - beta1) rate u}, {@code p' = p - m'}. With
 * {@code beta1 = 0} there is no m, and p stands for it unread.
 */
record Step(float rate, float beta1, Floats p, Floats m, Floats newP, Floats newM) {
    static final int PARALLEL = 16_384;

    /** The first {@code n} elements of {@code u} are those from {@code at} on. */
    void take(FloatVector u, long at, int n) {
        FloatVector move = u.mul(rate);
        if (beta1 > 0) {
            move = load(m, at, n).mul(beta1).add(move.mul(1 - beta1));
            store(move, newM, at, n);
        }
        store(load(p, at, n).sub(move), newP, at, n);
    }

    static FloatVector load(Floats x, long at, int n) {
        return n == F.length() ? Lanes.load(x.data(), x.at(at)) : Lanes.load(x.data(), x.at(at), n);
    }

    static void store(FloatVector v, Floats x, long at, int n) {
        if (n == F.length()) {
            Lanes.store(v, x.data(), x.at(at));
        } else {
            Lanes.store(v, x.data(), x.at(at), n);
        }
    }
}
