// Softmax of rows of D numbers and its gradient. A work-group is 8 rows of 32 lanes; a row stays in registers.
#define PER ((D + 31) / 32)
#define EACH for (int i = 0; i < PER; i++)
#define COL (lane + 32 * i)

__kernel __attribute__((reqd_work_group_size(256, 1, 1))) void softmax(IN(STORED, x), OUT(STORED, y), const uint rows) {
    LANES_SCRATCH(scratch);
    const uint lane = get_local_id(0) & 31, row = get_group_id(0) * 8 + (get_local_id(0) >> 5);
    const uint r = min(row, rows - 1);
    x += x_at + (long)r * D;
    y += y_at + (long)r * D;
    float v[PER], largest = -INFINITY, sum = 0;
UNROLL
    EACH {
        v[i] = COL < D ? LOAD(STORED, x, COL) : -INFINITY;
        largest = fmax(largest, v[i]);
    }
    largest = lanes_max(largest, 32, scratch);
UNROLL
    EACH {
        v[i] = COL < D ? exp(v[i] - largest) : 0.0f;
        sum += v[i];
    }
    sum = lanes_sum(sum, 32, scratch);
    if (row < rows) {
UNROLL
        EACH {
            if (COL < D) STORE(STORED, y, COL, v[i] / sum);
        }
    }
}

__kernel __attribute__((reqd_work_group_size(256, 1, 1))) void softmax_grad(
        IN(STORED, y), IN(STORED, gy), OUT(STORED, gx), const uint rows) {
    LANES_SCRATCH(scratch);
    const uint lane = get_local_id(0) & 31, row = get_group_id(0) * 8 + (get_local_id(0) >> 5);
    const uint r = min(row, rows - 1);
    y += y_at + (long)r * D;
    gy += gy_at + (long)r * D;
    gx += gx_at + (long)r * D;
    float v[PER], g[PER], sum = 0;
UNROLL
    EACH {
        v[i] = COL < D ? LOAD(STORED, y, COL) : 0.0f;
        g[i] = COL < D ? LOAD(STORED, gy, COL) : 0.0f;
        sum = fma(v[i], g[i], sum);
    }
    sum = lanes_sum(sum, 32, scratch);
    if (row < rows) {
UNROLL
        EACH {
            if (COL < D) STORE(STORED, gx, COL, v[i] * (g[i] - sum));
        }
    }
}
