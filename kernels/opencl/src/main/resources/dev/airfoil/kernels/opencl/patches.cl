// What the kernel of a convolution sees of images [c SH SW], as a matrix [depth pixels]: a row is a place (channel, row,
// column) of the kernel, a column a pixel of the grid GH x GW that the kernel is laid over, image after image. gemm.cl
// takes it as its B, four neighbours at a time, so it need not lie in memory; patches writes it there for tensor cores.
// Options: KH, KW, STRIDE, TOP, LEFT of the convolution; BACKWARDS (with stride 1): the grid is its image, and what is seen
// are the pixels of its output that each pixel went into.
#define FETCH_RIGHT patch

// The row (column) of the images that place tap of the kernel sees from row (column) at of the grid; -1 is outside.
inline int seen(const int at, const int tap, const int pad, const int size) {
#ifdef BACKWARDS
    const int s = at + pad - tap;
    return s < size ? s : -1;
#else
    const int s = at * STRIDE + tap - pad;
    return s < size ? s : -1;
#endif
}

// Pixels pixel to pixel + 3 of row d; zeros outside. Images lie image numbers apart.
inline float4 patch(
        __global const STORED *p, const long image, const uint d, const uint depth, const uint pixel, const uint pixels,
        const bool aligned) {
    float4 v = (float4)(0);
    if (d < depth && pixel < pixels) {
        const int i = d / KW % KH, j = d % KW;
        int col = pixel % GW, row = pixel / GW % GH;
        p += pixel / (GW * GH) * image + (long)(d / (KH * KW)) * (SH * SW);
        float e[4];
UNROLL
        for (int u = 0; u < 4; u++) {
            const int r = seen(row, i, TOP, SH), s = seen(col, j, LEFT, SW);
            e[u] = r >= 0 && s >= 0 && pixel + u < pixels ? LOAD(STORED, p, (long)r * SW + s) : 0.0f;
            col++;
            if (GW % 4 != 0 && col == GW) {
                col = 0;
                if (++row == GH) {
                    row = 0;
                    p += image;
                }
            }
        }
        v = (float4)(e[0], e[1], e[2], e[3]);
    }
    return v;
}

// The matrices of batches of images, apart images at a time: four neighbours a work-item; a work-group of x and y is in one
// row of its matrix (what is left of very many rows follows), one of z in one matrix.
__kernel void patches(
        IN(STORED, x), OUT(STORED, y), const uint depth, const uint pixels, const long image) {
    const uint pixel = ITEM * 4;
    if (pixel >= pixels) return;
    AT(x);
    y += y_at + (long)get_group_id(2) * depth * pixels + pixel;
    for (uint d = get_group_id(1); d < depth; d += get_num_groups(1)) {
        const float4 v = patch(x + get_group_id(2) * image, image, d, depth, pixel, pixels, true);
        __global STORED *to = y + (long)d * pixels;
#if VEC == 4
        STORE4(STORED, to, 0, v);
#else
        STORE(STORED, to, 0, v.x);
        if (pixel + 1 < pixels) STORE(STORED, to, 1, v.y);
        if (pixel + 2 < pixels) STORE(STORED, to, 2, v.z);
        if (pixel + 3 < pixels) STORE(STORED, to, 3, v.w);
#endif
    }
}
