// Strided copies of any element type of 1, 2 or 4 bytes, or of 16 bytes of neighbours (T), one work-item each.
__kernel void copy(
        IN(T, x), OUT(T, y), const long n, const uint8 d, const long8 xs, const long8 ys) {
    const size_t i = ITEM;
    if (i < n) y[y_at + place(i, d, ys)] = x[x_at + place(i, d, xs)];
}

// The same where neighbours of x lie along axis s6 and those of y along s7: by tiles, which are read along the one and
// written along the other. d has ones for these two axes; work-groups along z are the places on the others.
#define TILE 64
#define EACH for (int j = 0; j < 16; j++)
__kernel __attribute__((reqd_work_group_size(256, 1, 1))) void turn(
        IN(T, x), OUT(T, y), const uint rows, const uint cols, const uint8 d, const long8 xs, const long8 ys) {
    __local T tile[TILE][TILE + 1];
    const uint lane = get_local_id(0) % TILE, sub = get_local_id(0) / TILE;
    const uint row = get_group_id(1) * TILE, col = get_group_id(0) * TILE;
    x += x_at + place(get_group_id(2), d, xs) + row + lane;
    y += y_at + place(get_group_id(2), d, ys) + col + lane;
    T v[16];
UNROLL
    EACH {
        const uint c = col + sub + 4 * j;
        v[j] = row + lane < rows && c < cols ? x[c * xs.s7] : (T)0;
    }
UNROLL
    EACH tile[sub + 4 * j][lane] = v[j];
    barrier(CLK_LOCAL_MEM_FENCE);
UNROLL
    EACH {
        const uint r = row + sub + 4 * j;
        if (r < rows && col + lane < cols) y[r * ys.s6] = tile[lane][sub + 4 * j];
    }
}

// Dense elements are set to value; it is repeated in the elements that a word has room for.
__kernel void fill(OUT(T, y), const long n, const int value) {
    const size_t i = ITEM;
    if (i < n) y[y_at + i] = (T)value;
}
