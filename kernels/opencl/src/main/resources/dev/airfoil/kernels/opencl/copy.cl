// Strided copies of any element type of 1, 2 or 4 bytes (T), one work-item an element.
__kernel void copy(
        IN(T, x), OUT(T, y), const long n, const uint8 d, const long8 xs, const long8 ys) {
    const size_t i = ITEM;
    if (i < n) y[y_at + place(i, d, ys)] = x[x_at + place(i, d, xs)];
}

// Dense elements [from, to) are set to value.
__kernel void fill(OUT(T, y), const long n, const int value) {
    const size_t i = ITEM;
    if (i < n) y[y_at + i] = (T)value;
}
