// y = fma(scale, x, shift), one work-item an element, or four where all is dense.
#ifdef DENSE
__kernel void affine(IN(STORED, x), OUT(STORED, y), const long n, const float scale, const float shift) {
    const size_t i = ITEM;
    AT(x);
    AT(y);
    if (i * VEC < n) STOREN(STORED, y, i, fma((nums)(scale), LOADN(STORED, x, i), (nums)(shift)));
}
#else
__kernel void affine(
        IN(STORED, x), OUT(STORED, y), const long n, const float scale, const float shift, const uint8 d,
        const long8 xs) {
    const size_t i = ITEM;
    if (i < n) STORE(STORED, y, y_at + i, fma(scale, LOAD(STORED, x, x_at + place(i, d, xs)), shift));
}
#endif
