// Element types FROM and TO, one work-item an element. Floats are rounded to nearest even, integers made from floats are
// truncated and saturate.
typedef int I32;
typedef uchar U8;
#define load_I32(p, i) p[i]
#define load_U8(p, i) p[i]
#define store_I32(p, i, v) p[i] = convert_int_sat_rtz(v)
#define store_I8(p, i, v) p[i] = convert_char_sat_rtz(v)
#define store_U8(p, i, v) p[i] = convert_uchar_sat_rtz(v)

#ifdef DENSE
__kernel void cast(IN(FROM, x), OUT(TO, y), const long n) {
    const size_t i = ITEM;
    AT(x);
    AT(y);
    if (i * VEC < n) STOREN(TO, y, i, LOADN(FROM, x, i));
}
#else
__kernel void cast(IN(FROM, x), OUT(TO, y), const long n, const uint8 d, const long8 xs) {
    const size_t i = ITEM;
    if (i < n) STORE(TO, y, y_at + i, LOAD(FROM, x, x_at + place(i, d, xs)));
}
#endif
