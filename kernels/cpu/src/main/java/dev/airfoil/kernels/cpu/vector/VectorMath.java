package dev.airfoil.kernels.cpu.vector;

import static dev.airfoil.kernels.cpu.vector.Lanes.F;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * Elementary functions on vectors of {@link Lanes#F}: minimax polynomials in F32. Largest relative errors over the whole
 * range, as measured by the tests: exp 4 ulp (2 between -20 and 20; results below 2^-125 become 0), log 2 ulp, tanh and
 * sigmoid 4 ulp, erf 4 ulp. Each is one short method, so that it is inlined into the loop that calls it.
 */
public final class VectorMath {
    private static final float LOG2_E = 1.44269504f;
    private static final float LN2 = 0.6931471806f;
    // ln 2 in two parts: the first has few bits, so that n times it is exact.
    private static final float LN2_HIGH = 0x1.62ep-1f;
    private static final float LN2_LOW = (float) (0.6931471805599453 - 0x1.62ep-1);
    // Adding it rounds to an integer, which then stands in the low bits, and there is the exponent of half its power of
    // 2.
    private static final float ROUND = 0x1.8p23f + 126;
    private static final float EXP_MIN = -87.4f;
    private static final int T_MAX = Float.floatToRawIntBits(ROUND + 128);
    private static final float ERF_MAX = 3.9f;

    /** 2 sqrt(2/pi): GELU with tanh is {@code x sigmoid(GELU_LINEAR x + GELU_CUBIC x^3)}. */
    public static final float GELU_LINEAR = 1.5957691f;

    /** 0.044715 of {@link #GELU_LINEAR}. */
    public static final float GELU_CUBIC = 0.07135481f;

    private VectorMath() {}

    /** e^x; below -86.98 it is 0, above 88.72 infinite. */
    public static FloatVector exp(FloatVector x) {
        // As integers, one operation where the comparison of floats and its blend are two. NaN comes back through x.
        FloatVector t = x.fma(FloatVector.broadcast(F, LOG2_E), FloatVector.broadcast(F, ROUND))
                .reinterpretAsInts()
                .min(T_MAX)
                .reinterpretAsFloats();
        FloatVector r = t.sub(ROUND).fma(FloatVector.broadcast(F, -LN2), x);
        // 2 e^r, to be multiplied with half of 2^n, because 2^128 is not a float.
        FloatVector p = r.fma(FloatVector.broadcast(F, 1.658052108e-02f), FloatVector.broadcast(F, 8.379629156e-02f))
                .fma(r, FloatVector.broadcast(F, 3.333527634e-01f))
                .fma(r, FloatVector.broadcast(F, 9.999829588e-01f))
                .fma(r, FloatVector.broadcast(F, 1.999999413e+00f))
                .fma(r, FloatVector.broadcast(F, 2f));
        // Only here, so that the polynomial need not wait for the comparison.
        return p.mul(t.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats())
                .blend(0f, x.lt(EXP_MIN));
    }

    /** 1 / (1 + e^-x). */
    public static FloatVector sigmoid(FloatVector x) {
        return FloatVector.broadcast(F, 1f).div(exp(x.neg()).add(1f));
    }

    /** tanh x: a polynomial near 0, where the formula with e^2x would cancel. */
    public static FloatVector tanh(FloatVector x) {
        FloatVector z = x.mul(x);
        FloatVector q = z.fma(FloatVector.broadcast(F, -5.704987256e-03f), FloatVector.broadcast(F, 2.063908748e-02f))
                .fma(z, FloatVector.broadcast(F, -5.373971516e-02f))
                .fma(z, FloatVector.broadcast(F, 1.333144220e-01f))
                .fma(z, FloatVector.broadcast(F, -3.333328194e-01f));
        FloatVector small = q.mul(z).fma(x, x);
        FloatVector e = exp(x.add(x));
        FloatVector large =
                FloatVector.broadcast(F, 1f).sub(FloatVector.broadcast(F, 2f).div(e.add(1f)));
        return large.blend(small, z.lt(0.39f));
    }

    /** Natural logarithm: NaN below 0, -infinity at 0. */
    public static FloatVector log(FloatVector x) {
        // The exponent of a denormal does not stand where others do: 2^23 times it is a normal number.
        VectorMask<Float> denormal = x.lt(Float.MIN_NORMAL);
        IntVector bits = x.blend(x.mul(0x1p23f), denormal).reinterpretAsInts();
        // Mantissa in [sqrt(1/2), sqrt(2)): shift the exponent so that it steps there.
        IntVector n = bits.sub(0x3f3504f3).lanewise(VectorOperators.ASHR, 23);
        FloatVector m = bits.sub(n.lanewise(VectorOperators.LSHL, 23)).reinterpretAsFloats();
        FloatVector f = m.sub(1f);
        FloatVector e = (FloatVector) n.convertShape(VectorOperators.I2F, F, 0);
        // The sum below is infinite where the exponent is.
        e = e.blend(e.sub(23f), denormal)
                .blend(Float.NEGATIVE_INFINITY, x.eq(0f))
                .blend(x, FloatVector.broadcast(F, Float.MAX_VALUE).lt(x));
        FloatVector q = f.fma(FloatVector.broadcast(F, 6.915428438e-02f), FloatVector.broadcast(F, -1.178983670e-01f))
                .fma(f, FloatVector.broadcast(F, 1.187296447e-01f))
                .fma(f, FloatVector.broadcast(F, -1.238434275e-01f))
                .fma(f, FloatVector.broadcast(F, 1.421865899e-01f))
                .fma(f, FloatVector.broadcast(F, -1.666925117e-01f))
                .fma(f, FloatVector.broadcast(F, 2.000222658e-01f))
                .fma(f, FloatVector.broadcast(F, -2.499998659e-01f))
                .fma(f, FloatVector.broadcast(F, 3.333331044e-01f));
        FloatVector ff = f.mul(f);
        FloatVector y =
                q.mul(ff).mul(f).add(e.mul(LN2_LOW)).sub(ff.mul(0.5f)).add(f).add(e.mul(LN2_HIGH));
        return FloatVector.broadcast(F, Float.NaN).blend(y, x.compare(VectorOperators.GE, 0f));
    }

    /** The error function: odd, a quotient of polynomials, 1 from 3.9 on. */
    public static FloatVector erf(FloatVector x) {
        FloatVector y = x.blend(-ERF_MAX, x.lt(-ERF_MAX));
        y = y.blend(ERF_MAX, FloatVector.broadcast(F, ERF_MAX).lt(y));
        FloatVector z = y.mul(y);
        FloatVector p = z.fma(FloatVector.broadcast(F, 2.014686121e-08f), FloatVector.broadcast(F, -1.962885717e-06f))
                .fma(z, FloatVector.broadcast(F, 1.405497805e-04f))
                .fma(z, FloatVector.broadcast(F, 3.630504373e-03f))
                .fma(z, FloatVector.broadcast(F, 5.033949672e-02f))
                .fma(z, FloatVector.broadcast(F, 1.981425224e-01f))
                .fma(z, FloatVector.broadcast(F, 1.128379113e+00f));
        FloatVector q = z.fma(FloatVector.broadcast(F, 9.401272834e-04f), FloatVector.broadcast(F, 1.420434649e-02f))
                .fma(z, FloatVector.broadcast(F, 1.142643059e-01f))
                .fma(z, FloatVector.broadcast(F, 5.089309940e-01f))
                .fma(z, FloatVector.broadcast(F, 1f));
        return y.mul(p).div(q);
    }

    /**
     * The lesser of x and a positive limit: positive floats have the order of the integers with the same bits, and of
     * integers it is one operation. NaN may become the limit.
     */
    private static FloatVector atMost(FloatVector x, float limit) {
        return x.reinterpretAsInts().min(Float.floatToRawIntBits(limit)).reinterpretAsFloats();
    }

    /** {@code 1 + 2^(x slope)}, where the product is not below -126. */
    private static FloatVector onePlusPower(FloatVector x, FloatVector slope) {
        FloatVector t = slope.fma(x, FloatVector.broadcast(F, ROUND))
                .reinterpretAsInts()
                .min(T_MAX)
                .reinterpretAsFloats();
        FloatVector r = slope.fma(x, FloatVector.broadcast(F, ROUND).sub(t));
        // 2 2^r, as in exp.
        FloatVector p = r.fma(FloatVector.broadcast(F, 2.652928103e-03f), FloatVector.broadcast(F, 1.934312522e-02f))
                .fma(r, FloatVector.broadcast(F, 1.110146880e-01f))
                .fma(r, FloatVector.broadcast(F, 4.804448264e-01f))
                .fma(r, FloatVector.broadcast(F, 1.386293954e+00f))
                .fma(r, FloatVector.broadcast(F, 2f));
        IntVector half = t.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
        return p.fma(half.reinterpretAsFloats(), FloatVector.broadcast(F, 1f));
    }

    // x sigmoid(u) is x / (1 + e^-u), one operation less than with exp, whose NaN is not needed since x is NaN then.
    // Where a limit stops x, 1 is all that is left of the sum.

    /** 1 / sigmoid(x); NaN may be lost. */
    public static FloatVector siluDivisor(FloatVector x) {
        return onePlusPower(atMost(x, 20f), FloatVector.broadcast(F, -LOG2_E));
    }

    /** 1 / sigmoid(1.702 x); NaN may be lost. */
    public static FloatVector quickGeluDivisor(FloatVector x) {
        return onePlusPower(atMost(x, 20f), FloatVector.broadcast(F, -1.702f * LOG2_E));
    }

    /** 1 / sigmoid(2 sqrt(2/pi) (x + 0.044715 x^3)); NaN may be lost. */
    public static FloatVector geluTanhDivisor(FloatVector x) {
        FloatVector v = atMost(x, 8f);
        return onePlusPower(
                v,
                v.mul(v)
                        .fma(
                                FloatVector.broadcast(F, -GELU_CUBIC * LOG2_E),
                                FloatVector.broadcast(F, -GELU_LINEAR * LOG2_E)));
    }

    /** x sigmoid(x). */
    public static FloatVector silu(FloatVector x) {
        return x.div(siluDivisor(x));
    }

    /** x sigmoid(1.702 x). */
    public static FloatVector quickGelu(FloatVector x) {
        return x.div(quickGeluDivisor(x));
    }

    /** GELU with tanh, as x sigmoid(2 sqrt(2/pi) (x + 0.044715 x^3)). */
    public static FloatVector geluTanh(FloatVector x) {
        return x.div(geluTanhDivisor(x));
    }

    /** GELU with the error function. */
    public static FloatVector gelu(FloatVector x) {
        return erf(x.mul(0.70710678f)).add(1f).mul(x.mul(0.5f));
    }
}
