// Philox4x32-10 and the arithmetic of dev.airfoil.tensor.random.BoxMuller, bit for bit: only exactly rounded operations,
// and nothing may be contracted that is not written as fma. One work-item a block of four numbers.
#pragma OPENCL FP_CONTRACT OFF

inline float square_root(float x) {
    float y = as_float(0x5f375a86 - (as_int(x) >> 1));
    const float h = -0.5f * x;
    y = y * fma(h * y, y, 1.5f);
    y = y * fma(h * y, y, 1.5f);
    const float root = x * y;
    return fma(fma(-root, root, x), 0.5f * y, root);
}

inline float radius(uint w) {
    const float u = convert_float_rte((int)(w >> 1)) + 0.5f;
    const int bits = as_int(u);
    const int exponent = (bits - 0x3f3504f3) >> 23;
    const float f = as_float(bits - (exponent << 23)) - 1.0f;
    float p = -0x1.65f0fp-3f;
    p = fma(p, f, 0x1.2505acp-2f);
    p = fma(p, f, -0x1.317ca8p-2f);
    p = fma(p, f, 0x1.535c2ap-2f);
    p = fma(p, f, -0x1.98d3ap-2f);
    p = fma(p, f, 0x1.0004a8p-1f);
    p = fma(p, f, -0x1.5556fp-1f);
    p = fma(p, f, 0x1.fffffap-1f);
    p = fma(p, f, -0x1p+1f);
    return square_root(fma(convert_float_rte(31 - exponent), 0x1.62e43p+0f, p * f));
}

inline float sine(float t) {
    const float z = t * t;
    return t * fma(fma(fma(-0x1.2f5a16p-8f, z, 0x1.466b22p-4f), z, -0x1.4abbecp-1f), z, 0x1.921fb6p+0f);
}

inline float cosine(float t) {
    const float z = t * t;
    return fma(
            fma(fma(fma(0x1.d47d46p-11f, z, -0x1.55b146p-6f), z, 0x1.03c1aep-2f), z, -0x1.3bd3ccp+0f), z, 1.0f);
}

inline float pick(uint quarter, uint sign, float even, float odd) {
    const uint e = as_uint(even), o = as_uint(odd);
    return as_float(e ^ ((e ^ o) & -(quarter & 1)) ^ ((sign & 2) << 30));
}

// Cosine and sine of w / 2^32 turns.
inline float2 turn(uint w) {
    const uint quarter = (w + 0x20000000) >> 30;
    const float t = convert_float_rte((int)(w - (quarter << 30))) * 0x1p-30f;
    const float c = cosine(t), s = sine(t);
    return (float2)(pick(quarter, quarter + 1, c, s), pick(quarter, quarter, s, c));
}

__kernel void random(OUT(float, y), const long n, const long seed, const long stream) {
    const size_t block = ITEM;
    if (block * 4 >= n) return;
    uint c0 = (uint)block, c1 = (uint)((ulong)block >> 32), c2 = (uint)stream, c3 = (uint)((ulong)stream >> 32);
    uint k0 = (uint)seed, k1 = (uint)((ulong)seed >> 32);
    for (int round = 0; round < 10; round++) {
        const uint low0 = 0xD2511F53u * c0, high0 = mul_hi(0xD2511F53u, c0);
        const uint low1 = 0xCD9E8D57u * c2, high1 = mul_hi(0xCD9E8D57u, c2);
        c0 = high1 ^ c1 ^ k0;
        c1 = low1;
        c2 = high0 ^ c3 ^ k1;
        c3 = low0;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    float v[4];
#ifdef NORMAL
    const float r0 = radius(c0), r1 = radius(c2);
    const float2 t0 = turn(c1), t1 = turn(c3);
    v[0] = r0 * t0.x;
    v[1] = r0 * t0.y;
    v[2] = r1 * t1.x;
    v[3] = r1 * t1.y;
#else
    v[0] = convert_float_rte(c0 >> 8) * 0x1p-24f;
    v[1] = convert_float_rte(c1 >> 8) * 0x1p-24f;
    v[2] = convert_float_rte(c2 >> 8) * 0x1p-24f;
    v[3] = convert_float_rte(c3 >> 8) * 0x1p-24f;
#endif
    for (int i = 0; i < 4; i++) {
        if (block * 4 + i < n) y[y_at + block * 4 + i] = v[i];
    }
}
