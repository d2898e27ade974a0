// Strided copies of any element type of 1, 2 or 4 bytes, or of 16 bytes of neighbours (T), one work-item each.
__kernel void copy(
        IN(T, x), OUT(T, y), const long n, const uint8 d, const long8 xs, const long8 ys) {
    const size_t i = ITEM;
    if (i < n) y[y_at + place(i, d, ys)] = x[x_at + place(i, d, xs)];
}

// The same where neighbours of x lie along axis s6 and those of y along s7: by tiles, which are read along the one and
// written along the other. d has ones for these two axes; work-groups along z are the places on the others. Pointers go
// on in steps: on a GPU products of strides would take longer than the memory. Wide tiles, as rows of y seldom begin
// where its memory can be written in whole sectors.
#define ROWS 32
#define COLS 128
#define EACH for (int j = 0; j < ROWS * COLS / 256; j++)
__kernel __attribute__((reqd_work_group_size(256, 1, 1))) void turn(
        IN(T, x), OUT(T, y), const uint rows, const uint cols, const uint8 d, const long8 xs, const long8 ys) {
    __local T tile[COLS][ROWS + 1];
    const uint item = get_local_id(0), row = get_group_id(1) * ROWS, col = get_group_id(0) * COLS;
    const uint in_row = item % ROWS, in_col = item / ROWS, out_row = item / COLS, out_col = item % COLS;
    x += x_at + place(get_group_id(2), d, xs) + row + in_row + (col + in_col) * xs.s7;
    y += y_at + place(get_group_id(2), d, ys) + col + out_col + (row + out_row) * ys.s6;
    const long in_step = 256 / ROWS * xs.s7, out_step = 256 / COLS * ys.s6;
    const uint read = row + in_row < rows ? cols : 0, written = col + out_col < cols ? rows : 0;
    T v[ROWS * COLS / 256];
UNROLL
    EACH {
        v[j] = col + in_col + 256 / ROWS * j < read ? *x : (T)0;
        x += in_step;
    }
UNROLL
    EACH tile[in_col + 256 / ROWS * j][in_row] = v[j];
    barrier(CLK_LOCAL_MEM_FENCE);
UNROLL
    EACH {
        if (row + out_row + 256 / COLS * j < written) *y = tile[out_col][out_row + 256 / COLS * j];
        y += out_step;
    }
}

// Dense elements are set to value; it is repeated in the elements that a word has room for.
__kernel void fill(OUT(T, y), const long n, const int value) {
    const size_t i = ITEM;
    if (i < n) y[y_at + i] = (T)value;
}
