// Element types FROM and TO, one work-item an element. F16 and BF16 are moved as 16-bit words; floats are rounded to
// nearest even, integers made from floats are truncated and saturate.
#define load_F32(p, i) ((__global const float *)(p))[i]
#define load_I32(p, i) ((__global const int *)(p))[i]
#define load_U8(p, i) ((__global const uchar *)(p))[i]
#define load_F16(p, i) vload_half(i, (__global const half *)(p))
#define load_BF16(p, i) as_float((uint)((__global const ushort *)(p))[i] << 16)

inline ushort to_bf16(float x) {
    const uint bits = as_uint(x);
    return isnan(x) ? (bits >> 16) | 0x40 : (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
}
#define store_F32(p, i, v) ((__global float *)(p))[i] = (float)(v)
#define store_F16(p, i, v) vstore_half_rte((float)(v), i, (__global half *)(p))
#define store_BF16(p, i, v) ((__global ushort *)(p))[i] = to_bf16((float)(v))
#define store_I32(p, i, v) ((__global int *)(p))[i] = convert_int_sat_rtz(v)
#define store_U8(p, i, v) ((__global uchar *)(p))[i] = convert_uchar_sat_rtz(v)
#define JOIN(a, b) a##b
#define LOAD(T) JOIN(load_, T)
#define STORE(T) JOIN(store_, T)

__kernel void cast(IN(uchar, x), OUT(uchar, y), const long n, const uint8 d, const long8 xs) {
    const size_t i = ITEM;
    if (i < n) {
#ifdef DENSE
        const long at = x_at + i;
#else
        const long at = x_at + place(i, d, xs);
#endif
        STORE(TO)(y, y_at + i, LOAD(FROM)(x, at));
    }
}
