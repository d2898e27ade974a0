// Convolutions x [b c h w] * weight [o c i j] = y [b o p q] and both gradients: one work-item an element of the result,
// sums in a fixed order. Options: STRIDE, TOP, LEFT, KH, KW.
__kernel void conv2d(
        IN(STORED, x), IN(STORED, weight), OUT(STORED, y), const long n, const uint c, const uint h, const uint w,
        const uint o, const uint p, const uint q) {
    const size_t item = ITEM;
    if (item >= n) return;
    const uint col = item % q, row = item / q % p, out = item / q / p % o, b = item / q / p / o;
    x += x_at + (long)b * c * h * w;
    weight += weight_at + (long)out * c * KH * KW;
    float sum = 0;
    for (uint k = 0; k < c; k++) {
        for (int i = 0; i < KH; i++) {
            const int r = (int)row * STRIDE + i - TOP;
            if (r < 0 || r >= h) continue;
            for (int j = 0; j < KW; j++) {
                const int s = (int)col * STRIDE + j - LEFT;
                if (s < 0 || s >= w) continue;
                sum = fma(LOAD(STORED, x, ((long)k * h + r) * w + s), LOAD(STORED, weight, (k * KH + i) * KW + j), sum);
            }
        }
    }
    STORE(STORED, y, y_at + item, sum);
}

__kernel void conv2d_grad_input(
        IN(STORED, weight), IN(STORED, gy), OUT(STORED, gx), const long n, const uint c, const uint h, const uint w,
        const uint o, const uint p, const uint q) {
    const size_t item = ITEM;
    if (item >= n) return;
    const uint s = item % w, r = item / w % h, k = item / w / h % c, b = item / w / h / c;
    gy += gy_at + (long)b * o * p * q;
    weight += weight_at + (long)k * KH * KW;
    float sum = 0;
    for (uint out = 0; out < o; out++) {
        for (int i = 0; i < KH; i++) {
            const int row = (int)r + TOP - i;
            if (row < 0 || row % STRIDE != 0 || row / STRIDE >= p) continue;
            for (int j = 0; j < KW; j++) {
                const int col = (int)s + LEFT - j;
                if (col < 0 || col % STRIDE != 0 || col / STRIDE >= q) continue;
                sum = fma(
                        LOAD(STORED, gy, ((long)out * p + row / STRIDE) * q + col / STRIDE),
                        LOAD(STORED, weight, (long)out * c * KH * KW + i * KW + j), sum);
            }
        }
    }
    STORE(STORED, gx, gx_at + item, sum);
}

// One work-group of 64 an element: they share the pixels of all images.
__kernel __attribute__((reqd_work_group_size(64, 1, 1))) void conv2d_grad_weight(
        IN(STORED, x), IN(STORED, gy), OUT(float, gweight), const uint batches, const uint c, const uint h, const uint w,
        const uint o, const uint p, const uint q) {
    __local float all[64];
    const uint item = get_group_id(0);
    const int j = item % KW, i = item / KW % KH;
    const uint k = item / KW / KH % c, out = item / KW / KH / c;
    float sum = 0;
    for (uint at = get_local_id(0); at < batches * p * q; at += 64) {
        const uint col = at % q, row = at / q % p, b = at / q / p;
        const int r = (int)row * STRIDE + i - TOP, s = (int)col * STRIDE + j - LEFT;
        if (r >= 0 && r < h && s >= 0 && s < w) {
            sum = fma(
                    LOAD(STORED, x, x_at + (((long)b * c + k) * h + r) * w + s),
                    LOAD(STORED, gy, gy_at + (((long)b * o + out) * p + row) * q + col), sum);
        }
    }
    all[get_local_id(0)] = sum;
    barrier(CLK_LOCAL_MEM_FENCE);
    if (get_local_id(0) == 0) {
        for (uint l = 1; l < 64; l++) sum += all[l];
        gweight[gweight_at + item] = sum;
    }
}
