package dev.airfoil.tensor.random;

/**
 * Two random words into two standard normals: {@code radius(w0) * cosTurn(w1)} and {@code radius(w0) * sinTurn(w1)},
 * where radius is sqrt(-2 ln u), u = (w0 / 2 + 0.5) / 2^31 rounded to F32, and the angle is w1 / 2^32 of a turn. The
 * largest radius is 6.66; the rounding of u leaves steps of up to 2.5e-4 among the radii next to 0, and no trace above
 * 0.01.
 *
 * <p>The results are the same bits on every conforming device, because only these operations occur, all exactly
 * rounded to nearest by both the Java and the OpenCL specification: integer arithmetic, int to float conversion, float
 * multiplication, addition and fma. There is no division and no library sqrt, log or sin (OpenCL allows them 2.5 to 4
 * ulp). Every product that feeds an addition is an explicit fma, so a compiler that contracts {@code a * b + c} finds
 * nothing to change; no intermediate is subnormal, so flushing those to zero changes nothing either.
 *
 * <p>A twin (philox.cl among the OpenCL kernels) repeats the constants below; they are F32 values, given in
 * hexadecimal so that no parser can round them. The coefficients are minimax fits, each rounded to F32 in turn and the
 * rest fitted again.
 */
public final class BoxMuller {
    /**
     * -2 ln(1 + f) = f * (LOG_0 + LOG_1 f + ... + LOG_8 f^8) for 1 + f in [sqrt(1/2), sqrt(2)], relative error of the
     * polynomial 3.1e-8.
     */
    public static final float LOG_0 = -0x1p+1f;

    public static final float LOG_1 = 0x1.fffffap-1f;
    public static final float LOG_2 = -0x1.5556fp-1f;
    public static final float LOG_3 = 0x1.0004a8p-1f;
    public static final float LOG_4 = -0x1.98d3ap-2f;
    public static final float LOG_5 = 0x1.535c2ap-2f;
    public static final float LOG_6 = -0x1.317ca8p-2f;
    public static final float LOG_7 = 0x1.2505acp-2f;
    public static final float LOG_8 = -0x1.65f0fp-3f;

    /** 2 ln 2. */
    public static final float TWO_LN_2 = 0x1.62e43p+0f;

    /** The bits of sqrt(1/2): what is below it in a binade is counted to the binade before. */
    public static final int SQRT_HALF_BITS = 0x3f3504f3;

    /** First guess of 1 / sqrt(x): these bits less half the bits of x; relative error 3.5e-2. */
    public static final int RSQRT_BITS = 0x5f375a86;

    /** sin(pi/2 t) = t * (SIN_0 + SIN_1 t^2 + ... + SIN_3 t^6) for t in [-1/2, 1/2], relative error 2.8e-8. */
    public static final float SIN_0 = 0x1.921fb6p+0f;

    public static final float SIN_1 = -0x1.4abbecp-1f;
    public static final float SIN_2 = 0x1.466b22p-4f;
    public static final float SIN_3 = -0x1.2f5a16p-8f;

    /** cos(pi/2 t) = 1 + t^2 * (COS_0 + COS_1 t^2 + ... + COS_3 t^6) for t in [-1/2, 1/2], absolute error 4.1e-10. */
    public static final float COS_0 = -0x1.3bd3ccp+0f;

    public static final float COS_1 = 0x1.03c1aep-2f;
    public static final float COS_2 = -0x1.55b146p-6f;
    public static final float COS_3 = 0x1.d47d46p-11f;

    private BoxMuller() {}

    /** sqrt(-2 ln u) of the unsigned word {@code w}; relative error below 2e-7 for the rounded u. */
    static float radius(int w) {
        return squareRoot(minusTwoLog(w));
    }

    /** -2 ln u, never negative; relative error below 2.5e-7 for the rounded u. */
    static float minusTwoLog(int w) {
        float u = (float) (w >>> 1) + 0.5f;
        int bits = Float.floatToRawIntBits(u);
        int exponent = (bits - SQRT_HALF_BITS) >> 23;
        float f = Float.intBitsToFloat(bits - (exponent << 23)) - 1f;
        float p = LOG_8;
        p = Math.fma(p, f, LOG_7);
        p = Math.fma(p, f, LOG_6);
        p = Math.fma(p, f, LOG_5);
        p = Math.fma(p, f, LOG_4);
        p = Math.fma(p, f, LOG_3);
        p = Math.fma(p, f, LOG_2);
        p = Math.fma(p, f, LOG_1);
        p = Math.fma(p, f, LOG_0);
        return Math.fma((float) (31 - exponent), TWO_LN_2, p * f);
    }

    /**
     * The square root of a normal number or zero: two Newton steps for 1 / sqrt(x), then one of Heron on the root
     * itself; within 0.51 ulp.
     */
    static float squareRoot(float x) {
        float y = Float.intBitsToFloat(RSQRT_BITS - (Float.floatToRawIntBits(x) >> 1));
        float half = -0.5f * x;
        y = y * Math.fma(half * y, y, 1.5f);
        y = y * Math.fma(half * y, y, 1.5f);
        float root = x * y;
        return Math.fma(Math.fma(-root, root, x), 0.5f * y, root);
    }

    /** The cosine of w / 2^32 turns; absolute error below 1e-7. */
    static float cosTurn(int w) {
        int quarter = quarter(w);
        float t = rest(w, quarter);
        return pick(quarter, quarter + 1, cosine(t), sine(t));
    }

    /** The sine of w / 2^32 turns; absolute error below 1e-7. */
    static float sinTurn(int w) {
        int quarter = quarter(w);
        float t = rest(w, quarter);
        return pick(quarter, quarter, sine(t), cosine(t));
    }

    /** The quarter turn nearest to {@code w}, 0 to 3. */
    private static int quarter(int w) {
        return (w + 0x20000000) >>> 30;
    }

    /** What is left of the angle, in quarter turns, -1/2 to 1/2. */
    private static float rest(int w, int quarter) {
        return (float) (w - (quarter << 30)) * 0x1p-30f;
    }

    private static float sine(float t) {
        float z = t * t;
        return t * Math.fma(Math.fma(Math.fma(SIN_3, z, SIN_2), z, SIN_1), z, SIN_0);
    }

    private static float cosine(float t) {
        float z = t * t;
        return Math.fma(Math.fma(Math.fma(Math.fma(COS_3, z, COS_2), z, COS_1), z, COS_0), z, 1f);
    }

    /** {@code even} or {@code odd} by the last bit of {@code quarter}, negated where bit 1 of {@code sign} is set. */
    private static float pick(int quarter, int sign, float even, float odd) {
        int e = Float.floatToRawIntBits(even);
        int o = Float.floatToRawIntBits(odd);
        return Float.intBitsToFloat(e ^ ((e ^ o) & -(quarter & 1)) ^ ((sign & 2) << 30));
    }
}
