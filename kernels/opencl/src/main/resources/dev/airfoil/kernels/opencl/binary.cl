// y = FN(a, b), one work-item an element, or four where all is dense; Compare's functions too.
#define ADD(a, b) ((a) + (b))
#define SUB(a, b) ((a) - (b))
#define MUL(a, b) ((a) * (b))
#define DIV(a, b) ((a) / (b))
#define MAX(a, b) (isnan(a) ? (a) : (b) <= (a) ? (a) : (b))
#define MIN(a, b) (isnan(a) ? (a) : (b) >= (a) ? (a) : (b))
#define EQUAL(a, b) ((a) == (b) ? 1.0f : 0.0f)
#define GREATER(a, b) ((a) > (b) ? 1.0f : 0.0f)
#define LERP(a, b) ((a) + t * ((b) - (a)))

#ifdef DENSE
__kernel void binary(IN(STORED, a), IN(STORED, b), OUT(STORED, y), const long n, const float t) {
    const size_t i = ITEM;
    AT(a);
    AT(b);
    AT(y);
    if (i * VEC < n) {
        const nums p = LOADN(STORED, a, i), q = LOADN(STORED, b, i);
        STOREN(STORED, y, i, MAP2(FN, p, q));
    }
}
#else
__kernel void binary(
        IN(STORED, a), IN(STORED, b), OUT(STORED, y), const long n, const float t, const uint8 d, const long8 as,
        const long8 bs) {
    const size_t i = ITEM;
    if (i < n) {
        const float p = LOAD(STORED, a, a_at + place(i, d, as)), q = LOAD(STORED, b, b_at + place(i, d, bs));
        STORE(STORED, y, y_at + i, FN(p, q));
    }
}
#endif
