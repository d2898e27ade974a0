// y = FN(x), or gx = gy FN'(x); one work-item an element, or four where all is dense. The functions are in common.cl.
#define JOIN(a, b) a##b
#define SLOPE_OF(fn) JOIN(fn, _slope)

#ifdef DENSE
__kernel void activation(IN(STORED, x), OUT(STORED, y), const long n) {
    const size_t i = ITEM;
    AT(x);
    AT(y);
    if (i * VEC < n) {
        const nums v = LOADN(STORED, x, i);
        STOREN(STORED, y, i, MAP(FN, v));
    }
}

__kernel void activation_grad(IN(STORED, x), IN(STORED, gy), OUT(STORED, gx), const long n) {
    const size_t i = ITEM;
    AT(x);
    AT(gy);
    AT(gx);
    if (i * VEC < n) {
        const nums v = LOADN(STORED, x, i);
        STOREN(STORED, gx, i, LOADN(STORED, gy, i) * MAP(SLOPE_OF(FN), v));
    }
}
#else
__kernel void activation(IN(STORED, x), OUT(STORED, y), const long n, const uint8 d, const long8 xs) {
    const size_t i = ITEM;
    if (i < n) STORE(STORED, y, y_at + i, FN(LOAD(STORED, x, x_at + place(i, d, xs))));
}

__kernel void activation_grad(
        IN(STORED, x), IN(STORED, gy), OUT(STORED, gx), const long n, const uint8 d, const long8 xs, const long8 gys) {
    const size_t i = ITEM;
    if (i < n) {
        const float slope = SLOPE_OF(FN)(LOAD(STORED, x, x_at + place(i, d, xs)));
        STORE(STORED, gx, gx_at + i, LOAD(STORED, gy, gy_at + place(i, d, gys)) * slope);
    }
}
#endif
