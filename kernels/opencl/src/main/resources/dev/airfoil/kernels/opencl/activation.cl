// y = FN(x), or gx = gy FN'(x); one work-item an element. The functions are in common.cl.
#define JOIN(a, b) a##b
#define SLOPE(fn) JOIN(fn, _slope)

#ifdef DENSE
__kernel void activation(IN(float, x), OUT(float, y), const long n) {
    const size_t i = ITEM;
    if (i < n) y[y_at + i] = FN(x[x_at + i]);
}

__kernel void activation_grad(IN(float, x), IN(float, gy), OUT(float, gx), const long n) {
    const size_t i = ITEM;
    if (i < n) gx[gx_at + i] = gy[gy_at + i] * SLOPE(FN)(x[x_at + i]);
}
#else
__kernel void activation(IN(float, x), OUT(float, y), const long n, const uint8 d, const long8 xs) {
    const size_t i = ITEM;
    if (i < n) y[y_at + i] = FN(x[x_at + place(i, d, xs)]);
}

__kernel void activation_grad(
        IN(float, x), IN(float, gy), OUT(float, gx), const long n, const uint8 d, const long8 xs, const long8 gys) {
    const size_t i = ITEM;
    if (i < n) gx[gx_at + i] = gy[gy_at + place(i, d, gys)] * SLOPE(FN)(x[x_at + place(i, d, xs)]);
}
#endif
