// y = fma(scale, x, shift), one work-item an element.
#ifdef DENSE
__kernel void affine(IN(float, x), OUT(float, y), const long n, const float scale, const float shift) {
    const size_t i = ITEM;
    if (i < n) y[y_at + i] = fma(scale, x[x_at + i], shift);
}
#else
__kernel void affine(
        IN(float, x), OUT(float, y), const long n, const float scale, const float shift, const uint8 d,
        const long8 xs) {
    const size_t i = ITEM;
    if (i < n) y[y_at + i] = fma(scale, x[x_at + place(i, d, xs)], shift);
}
#endif
