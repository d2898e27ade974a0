// y = FN(x), one work-item an element.
#define EXP exp
#define LOG log
#define SQRT sqrt
#define RSQRT(x) (1.0f / sqrt(x))
#define RECIPROCAL(x) (1.0f / (x))
#define SQUARE(x) ((x) * (x))
#define ABS fabs
#define TANH tanh
#define SIGMOID sigmoid
#define ERF erf

#ifdef DENSE
__kernel void unary(IN(float, x), OUT(float, y), const long n) {
    const size_t i = ITEM;
    if (i < n) y[y_at + i] = FN(x[x_at + i]);
}
#else
__kernel void unary(IN(float, x), OUT(float, y), const long n, const uint8 d, const long8 xs) {
    const size_t i = ITEM;
    if (i < n) y[y_at + i] = FN(x[x_at + place(i, d, xs)]);
}
#endif
