// y = FN(x), one work-item an element, or four where all is dense.
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
__kernel void unary(IN(STORED, x), OUT(STORED, y), const long n) {
    const size_t i = ITEM;
    AT(x);
    AT(y);
    if (i * VEC < n) {
        const nums v = LOADN(STORED, x, i);
        STOREN(STORED, y, i, MAP(FN, v));
    }
}
#else
__kernel void unary(IN(STORED, x), OUT(STORED, y), const long n, const uint8 d, const long8 xs) {
    const size_t i = ITEM;
    if (i < n) {
        const float v = LOAD(STORED, x, x_at + place(i, d, xs));
        STORE(STORED, y, y_at + i, FN(v));
    }
}
#endif
