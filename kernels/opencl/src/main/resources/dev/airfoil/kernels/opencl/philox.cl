// Random numbers: the twin of dev.airfoil.tensor.random.Philox and BoxMuller, bit for bit. A Philox block makes four
// consecutive values; a work-item computes BLOCKS of them, which share the keys of the rounds, 256 blocks apart.
//
// The same bits come out because only integer arithmetic, int-to-float conversion, multiplication, addition and fma
// occur, which OpenCL C rounds exactly. Every product that feeds an addition is an fma already, and contraction is off
// as well. Change an operation or a constant here and in BoxMuller together.
#pragma OPENCL FP_CONTRACT OFF

uint4 philox_block(ulong seed, ulong stream, ulong block) {
    uint4 c = (uint4)((uint)block, (uint)(block >> 32), (uint)stream, (uint)(stream >> 32));
    uint2 k = (uint2)((uint)seed, (uint)(seed >> 32));
    for (int round = 0; round < 10; round++) {
        c = (uint4)(mul_hi(0xCD9E8D57u, c.z) ^ c.y ^ k.x, 0xCD9E8D57u * c.z,
                    mul_hi(0xD2511F53u, c.x) ^ c.w ^ k.y, 0xD2511F53u * c.x);
        k += (uint2)(0x9E3779B9u, 0xBB67AE85u);
    }
    return c;
}

float philox_square_root(float x) {
    float y = as_float(0x5f375a86 - (as_int(x) >> 1));
    float half_x = -0.5f * x;
    y = y * fma(half_x * y, y, 1.5f);
    y = y * fma(half_x * y, y, 1.5f);
    float root = x * y;
    return fma(fma(-root, root, x), 0.5f * y, root);
}

// sqrt(-2 ln((w / 2 + 0.5) / 2^31))
float philox_radius(uint w) {
    float u = convert_float_rte((int)(w >> 1)) + 0.5f;
    int bits = as_int(u);
    int exponent = (bits - 0x3f3504f3) & 0xff800000; // times 2^23, as it lies in the bits
    float f = as_float(bits - exponent) - 1.0f;
    float p = -0x1.65f0fp-3f;
    p = fma(p, f, 0x1.2505acp-2f);
    p = fma(p, f, -0x1.317ca8p-2f);
    p = fma(p, f, 0x1.535c2ap-2f);
    p = fma(p, f, -0x1.98d3ap-2f);
    p = fma(p, f, 0x1.0004a8p-1f);
    p = fma(p, f, -0x1.5556fp-1f);
    p = fma(p, f, 0x1.fffffap-1f);
    p = fma(p, f, -0x1p+1f);
    return philox_square_root(fma(convert_float_rte((31 << 23) - exponent), 0x1.62e43p-23f, p * f));
}

// (cosine, sine) of w / 2^32 turns
float2 philox_turn(uint w) {
    float t = convert_float_rte((int)(w << 2)) * 0x1p-32f; // how far it is from the nearest quarter turn
    uint around = w + 0x20000000u; // which is in the upper two bits
    float z = t * t;
    float s = t * fma(fma(fma(-0x1.2f5a16p-8f, z, 0x1.466b22p-4f), z, -0x1.4abbecp-1f), z, 0x1.921fb6p+0f);
    float c = fma(fma(fma(fma(0x1.d47d46p-11f, z, -0x1.55b146p-6f), z, 0x1.03c1aep-2f), z, -0x1.3bd3ccp+0f), z, 1.0f);
    bool odd = around & 0x40000000u;
    return (float2)(as_float(as_uint(odd ? s : c) ^ ((around + 0x40000000u) & 0x80000000u)),
                    as_float(as_uint(odd ? c : s) ^ (around & 0x80000000u)));
}

#define BLOCKS 8
#define EACH_BLOCK \
    const ulong first = (ulong)get_group_id(0) * (256 * BLOCKS) + get_local_id(0); \
    const int left = clamp((long)n - (long)(4 * first), 0L, 1024L * BLOCKS); \
    out += out_at + 4 * first; \
    UNROLL for (int i = 0; i < BLOCKS; i++)
#define STORE_BLOCK(values) philox_store(out + 1024 * i, left - 1024 * i, values)

void philox_store(__global float *out, int left, float4 values) {
    if (left >= 4) {
        STORE4(F32, out, 0, values);
        return;
    }
    if (left > 0) out[0] = values.x;
    if (left > 1) out[1] = values.y;
    if (left > 2) out[2] = values.z;
}

__kernel __attribute__((reqd_work_group_size(256, 1, 1))) void philox_uniform(
        OUT(float, out), const ulong n, const ulong seed, const ulong stream) {
    EACH_BLOCK {
        uint4 w = philox_block(seed, stream, first + 256 * i);
        STORE_BLOCK(convert_float4_rte(w >> 8) * 0x1p-24f);
    }
}

__kernel __attribute__((reqd_work_group_size(256, 1, 1))) void philox_normal(
        OUT(float, out), const ulong n, const ulong seed, const ulong stream) {
    EACH_BLOCK {
        uint4 w = philox_block(seed, stream, first + 256 * i);
        float2 even = philox_radius(w.x) * philox_turn(w.y);
        float2 odd = philox_radius(w.z) * philox_turn(w.w);
        STORE_BLOCK((float4)(even, odd));
    }
}
