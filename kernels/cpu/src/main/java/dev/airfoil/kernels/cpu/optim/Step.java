package dev.airfoil.kernels.cpu.optim;

import static dev.airfoil.kernels.cpu.vector.Lanes.F;
import static dev.airfoil.kernels.cpu.vector.Lanes.LE;

import dev.airfoil.kernels.cpu.Floats;
import dev.airfoil.kernels.cpu.vector.Lanes;
import jdk.incubator.vector.FloatVector;

/**
 * The end of an Adafactor step for some elements: {@code m' = beta1 m + (1 - beta1) rate u}, {@code p' = p - m'}. With
 * {@code beta1 = 0} there is no m.
 */
record Step(float rate, float beta1, Floats p, Floats m, Floats newP, Floats newM) {
    static final int PARALLEL = 16_384;

    /** For a vector of elements from {@code at} on. */
    void take(FloatVector u, long at) {
        FloatVector move = u.mul(rate);
        if (beta1 > 0) {
            move = load(m, at).mul(beta1).add(move.mul(1 - beta1));
            store(move, newM, at);
        }
        store(load(p, at).sub(move), newP, at);
    }

    /** For element {@code at}. */
    void take(float u, long at) {
        float move = u * rate;
        if (beta1 > 0) {
            move = get(m, at) * beta1 + move * (1 - beta1);
            set(newM, at, move);
        }
        set(newP, at, get(p, at) - move);
    }

    static FloatVector load(Floats x, long at) {
        return FloatVector.fromMemorySegment(F, x.data(), x.at(at), LE);
    }

    static void store(FloatVector v, Floats x, long at) {
        v.intoMemorySegment(x.data(), x.at(at), LE);
    }

    static float get(Floats x, long at) {
        return Lanes.get(x.data(), x.at(at));
    }

    static void set(Floats x, long at, float value) {
        Lanes.set(x.data(), x.at(at), value);
    }
}
