// Put before every kernel file. A tensor is a buffer and the offset of its first element: IN(float, x) declares both,
// AT(x) moves x there.
#define IN(T, x) __global const T *restrict x, const long x##_at
#define OUT(T, x) __global T *restrict x, const long x##_at
#define AT(x) x += x##_at

// Element types as they are stored; what is computed is float. BF16 and F16 are moved as 16-bit words. LOAD and STORE
// take a type, a pointer and an index; stores round to nearest even. LOAD4 and STORE4 move four neighbours in one access:
// the index counts elements, and the first one's address is a multiple of the access.
typedef float F32;
typedef ushort BF16;
typedef ushort F16;
typedef char I8;

// Two numbers rounded to BF16 and packed, the first in the low half.
inline uint bf16x2(const float low, const float high) {
#ifdef AMPERE
    uint pair;
    asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(pair) : "f"(high), "f"(low));
    return pair;
#else
    const uint2 bits = as_uint2((float2)(low, high));
    const uint2 up = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
    const uint x = isnan(low) ? bits.x >> 16 | 0x40 : up.x, y = isnan(high) ? bits.y >> 16 | 0x40 : up.y;
    return y << 16 | x;
#endif
}
inline float load_F32(__global const F32 *p, const long i) { return p[i]; }
inline float load_BF16(__global const BF16 *p, const long i) { return as_float((uint)p[i] << 16); }
inline float load_F16(__global const F16 *p, const long i) { return vload_half(i, (__global const half *)p); }
inline float load_I8(__global const I8 *p, const long i) { return p[i]; }
inline float4 load4_I8(__global const I8 *p, const long i) { return convert_float4(*(__global const char4 *)(p + i)); }
inline float4 load4_F32(__global const F32 *p, const long i) { return *(__global const float4 *)(p + i); }
inline float4 load4_BF16(__global const BF16 *p, const long i) {
    return as_float4(convert_uint4(*(__global const ushort4 *)(p + i)) << 16);
}
inline float4 load4_F16(__global const F16 *p, const long i) {
    return vloada_half4(0, (__global const half *)(p + i));
}
inline void store_F32(__global F32 *p, const long i, const float v) { p[i] = v; }
inline void store_BF16(__global BF16 *p, const long i, const float v) { p[i] = (ushort)bf16x2(v, 0); }
inline void store_F16(__global F16 *p, const long i, const float v) { vstore_half_rte(v, i, (__global half *)p); }
inline void store4_F32(__global F32 *p, const long i, const float4 v) { *(__global float4 *)(p + i) = v; }
inline void store4_BF16(__global BF16 *p, const long i, const float4 v) {
    *(__global uint2 *)(p + i) = (uint2)(bf16x2(v.x, v.y), bf16x2(v.z, v.w));
}
inline void store4_F16(__global F16 *p, const long i, const float4 v) {
    vstorea_half4_rte(v, 0, (__global half *)(p + i));
}
#define LOAD(T, p, i) TYPED(load_, T)(p, i)
#define LOAD4(T, p, i) TYPED(load4_, T)(p, i)
#define STORE(T, p, i, v) TYPED(store_, T)(p, i, v)
#define STORE4(T, p, i, v) TYPED(store4_, T)(p, i, v)
#define TYPED(what, T) TYPED_(what, T)
#define TYPED_(what, T) what##T

// An argument of products that have a factor for each column of their sums, and of no other.
#ifdef SCALE
#define SCALES IN(float, scale),
#else
#define SCALES
#endif

// The types of a launch: of activations, of parameters beside them, and of a result that may be wider.
#ifndef STORED
#define STORED F32
#endif
#ifndef PARAM
#define PARAM F32
#endif
#ifndef RESULT
#define RESULT STORED
#endif

// Kernels that take VEC (1 or 4) neighbours at a time: their numbers, moved and mapped; i counts groups of VEC.
#ifndef VEC
#define VEC 1
#endif
#if VEC == 4
typedef float4 nums;
#define LOADN(T, p, i) LOAD4(T, p, 4 * (long)(i))
#define STOREN(T, p, i, v) STORE4(T, p, 4 * (long)(i), v)
#define MAP(f, a) ((float4)(f(a.x), f(a.y), f(a.z), f(a.w)))
#define MAP2(f, a, b) ((float4)(f(a.x, b.x), f(a.y, b.y), f(a.z, b.z), f(a.w, b.w)))
#define TOTAL(a) (a.x + a.y + a.z + a.w)
#else
typedef float nums;
#define LOADN(T, p, i) LOAD(T, p, i)
#define STOREN(T, p, i, v) STORE(T, p, i, v)
#define MAP(f, a) f(a)
#define MAP2(f, a, b) f(a, b)
#define TOTAL(a) (a)
#endif

// GPUs keep small arrays in registers only if the loops over them are unrolled; CPUs would only compile longer.
#ifdef NVIDIA
#define UNROLL _Pragma("unroll")
#define UNROLL_4 _Pragma("unroll 4")
#define UNROLL_16 _Pragma("unroll 16")
#else
#define UNROLL
#define UNROLL_4
#define UNROLL_16
#endif

// Where element i (in row-major order) of a strided tensor lies; RANK axes count, the innermost is s7.
#ifndef RANK
#define RANK 8
#endif
#define AXIS(c) { const uint q = i / d.c; at += (long)(i - q * d.c) * s.c; i = q; }
inline long place(uint i, const uint8 d, const long8 s) {
    long at = 0;
#if RANK > 1
    AXIS(s7)
#endif
#if RANK > 2
    AXIS(s6)
#endif
#if RANK > 3
    AXIS(s5)
#endif
#if RANK > 4
    AXIS(s4)
#endif
#if RANK > 5
    AXIS(s3)
#endif
#if RANK > 6
    AXIS(s2)
#endif
#if RANK > 7
    AXIS(s1)
#endif
#if RANK == 1
    return (long)i * s.s7;
#elif RANK == 2
    return at + (long)i * s.s6;
#elif RANK == 3
    return at + (long)i * s.s5;
#elif RANK == 4
    return at + (long)i * s.s4;
#elif RANK == 5
    return at + (long)i * s.s3;
#elif RANK == 6
    return at + (long)i * s.s2;
#elif RANK == 7
    return at + (long)i * s.s1;
#else
    return at + (long)i * s.s0;
#endif
}

// The number of this work-item in its launch of x work-groups.
#define ITEM ((size_t)get_group_id(0) * get_local_size(0) + get_local_id(0))

// Sums and maxima over 32 (or 16) neighbouring work-items, the same in each of them. NVIDIA runs 32 in step and can
// exchange registers; elsewhere local memory and barriers do it, so all work-items of the group must come here.
#ifdef NVIDIA
inline float other_lane(float x, uint mask) {
    float y;
    asm volatile("shfl.sync.bfly.b32 %0, %1, %2, 0x1f, 0xffffffff;" : "=f"(y) : "f"(x), "r"(mask));
    return y;
}
#define LANES_SCRATCH(name) const int name = 0
#define SCRATCH_ARG const int scratch
inline float lanes_sum(float x, const uint lanes, SCRATCH_ARG) {
    for (uint m = lanes / 2; m > 0; m >>= 1) x += other_lane(x, m);
    return x;
}
inline float lanes_max(float x, const uint lanes, SCRATCH_ARG) {
    for (uint m = lanes / 2; m > 0; m >>= 1) x = fmax(x, other_lane(x, m));
    return x;
}
#else
#define LANES_SCRATCH(name) __local float name[256]
#define SCRATCH_ARG __local float *scratch
inline float lanes_sum(float x, const uint lanes, SCRATCH_ARG) {
    const uint l = get_local_id(0);
    barrier(CLK_LOCAL_MEM_FENCE);
    scratch[l] = x;
    barrier(CLK_LOCAL_MEM_FENCE);
    float sum = 0;
    for (uint j = 0; j < lanes; j++) sum += scratch[(l & ~(lanes - 1)) + j];
    return sum;
}
inline float lanes_max(float x, const uint lanes, SCRATCH_ARG) {
    const uint l = get_local_id(0);
    barrier(CLK_LOCAL_MEM_FENCE);
    scratch[l] = x;
    barrier(CLK_LOCAL_MEM_FENCE);
    float largest = x;
    for (uint j = 0; j < lanes; j++) largest = fmax(largest, scratch[(l & ~(lanes - 1)) + j]);
    return largest;
}
#endif

// Activations and their slopes, as dev.airfoil.tensor.ops.Activation names them.
inline float sigmoid(float x) { return 1.0f / (1.0f + exp(-x)); }
inline float gelu_argument(float x) { return 1.5957691216057308f * x * fma(0.044715f * x, x, 1.0f); }
inline float NONE(float x) { return x; }
inline float SILU(float x) { return x * sigmoid(x); }
inline float GELU(float x) { return 0.5f * x * (1.0f + erf(0.7071067811865476f * x)); }
inline float GELU_TANH(float x) { return x * sigmoid(gelu_argument(x)); }
inline float QUICK_GELU(float x) { return x * sigmoid(1.702f * x); }
inline float RELU(float x) { return x < 0 ? 0.0f : x; }
inline float swish_slope(float s, float a) { return s + a * s * (1.0f - s); }
inline float NONE_slope(float x) { return 1; }
inline float SILU_slope(float x) { return swish_slope(sigmoid(x), x); }
inline float GELU_slope(float x) {
    return 0.5f + 0.5f * erf(0.7071067811865476f * x) + x * exp(-0.5f * x * x) * 0.3989422804014327f;
}
inline float GELU_TANH_slope(float x) {
    return swish_slope(sigmoid(gelu_argument(x)), 1.5957691216057308f * x * fma(0.134145f * x, x, 1.0f));
}
inline float QUICK_GELU_slope(float x) { return swish_slope(sigmoid(1.702f * x), 1.702f * x); }
inline float RELU_slope(float x) { return x > 0; }
