// Adafactor in steps, each a launch: the second moment (whole, or by rows and columns), the sum of the squared update in
// GROUPS parts, and the update itself. Matrices p [l r c].

// The squared gradient, eps added.
inline float squared(const float g, const float eps) { return fma(g, g, eps); }

// row'[l r]: 32 lanes a row, 8 rows a work-group.
__kernel __attribute__((reqd_work_group_size(256, 1, 1))) void adafactor_rows(
        IN(float, g), IN(float, old), OUT(float, now), const uint rows, const uint c, const float beta2,
        const float eps) {
    LANES_SCRATCH(scratch);
    const uint lane = get_local_id(0) & 31, row = get_group_id(0) * 8 + (get_local_id(0) >> 5);
    const uint r = min(row, rows - 1);
    float sum = 0;
    for (uint i = lane; i < c; i += 32) sum += squared(g[g_at + (long)r * c + i], eps);
    sum = lanes_sum(sum, 32, scratch);
    if (lane == 0 && row < rows) now[now_at + r] = fma(beta2, old[old_at + r], (1 - beta2) * (sum / c));
}

// col'[l c]: 32 columns a work-group, 8 work-items share a column. The mean of row' over r goes to mean[l].
__kernel __attribute__((reqd_work_group_size(256, 1, 1))) void adafactor_columns(
        IN(float, g), IN(float, old), IN(float, row), OUT(float, now), OUT(float, mean), const uint r, const uint c,
        const float beta2, const float eps) {
    __local float parts[8][33];
    const uint lane = get_local_id(0) & 31, sub = get_local_id(0) >> 5, l = get_group_id(1);
    const uint col = get_group_id(0) * 32 + lane;
    float sum = 0;
    if (col < c) {
        for (uint i = sub; i < r; i += 8) sum += squared(g[g_at + ((long)l * r + i) * c + col], eps);
    }
    parts[sub][lane] = sum;
    barrier(CLK_LOCAL_MEM_FENCE);
    if (sub == 0 && col < c) {
        for (uint i = 1; i < 8; i++) sum += parts[i][lane];
        now[now_at + (long)l * c + col] = fma(beta2, old[old_at + (long)l * c + col], (1 - beta2) * (sum / r));
    }
    if (get_group_id(0) == 0) {
        barrier(CLK_LOCAL_MEM_FENCE);
        sum = 0;
        for (uint i = get_local_id(0); i < r; i += 256) sum += row[row_at + (long)l * r + i];
        parts[sub][lane] = sum;
        barrier(CLK_LOCAL_MEM_FENCE);
        if (get_local_id(0) == 0) {
            sum = 0;
            for (uint i = 0; i < 256; i++) sum += parts[i >> 5][i & 31];
            mean[mean_at + l] = sum / r;
        }
    }
}

// v' of the whole second moment.
__kernel void adafactor_full(
        IN(float, g), IN(float, old), OUT(float, now), const long n, const float beta2, const float eps) {
    const size_t i = ITEM;
    if (i < n) now[now_at + i] = fma(beta2, old[old_at + i], (1 - beta2) * squared(g[g_at + i], eps));
}

// The update before learning rate and clipping. second is v', or row' with col' and the mean of row'.
#ifdef FACTORED
#define UPDATE(i) \
    (g[g_at + (i)] / sqrt(second[second_at + (i) / c] / mean[mean_at + (i) / c / r]) \
            / sqrt(col[col_at + (i) / c / r * c + (i) % c]))
#else
#define UPDATE(i) (g[g_at + (i)] / sqrt(second[second_at + (i)]))
#endif

// Part j of the sum of the squared updates; 256 work-items a part.
__kernel __attribute__((reqd_work_group_size(256, 1, 1))) void adafactor_square(
        IN(float, g), IN(float, second), IN(float, col), IN(float, mean), OUT(float, parts), const long n,
        const uint r, const uint c) {
    __local float all[256];
    float sum = 0;
    for (size_t i = ITEM; i < n; i += get_global_size(0)) {
        const float u = UPDATE(i);
        sum = fma(u, u, sum);
    }
    all[get_local_id(0)] = sum;
    barrier(CLK_LOCAL_MEM_FENCE);
    for (uint step = 128; step > 0; step >>= 1) {
        if (get_local_id(0) < step) all[get_local_id(0)] += all[get_local_id(0) + step];
        barrier(CLK_LOCAL_MEM_FENCE);
    }
    if (get_local_id(0) == 0) parts[parts_at + get_group_id(0)] = all[0];
}

// p' and, with MOMENTUM, m'; every work-item adds up the parts, in order.
__kernel void adafactor_step(
        IN(float, p), IN(float, g), IN(float, second), IN(float, col), IN(float, mean), IN(float, parts), IN(float, m),
        OUT(float, p1), OUT(float, m1), const long n, const uint r, const uint c, const uint count, const float lr,
        const float clip, const float beta1) {
    const size_t i = ITEM;
    if (i < n) {
        float sum = 0;
        for (uint j = 0; j < count; j++) sum += parts[parts_at + j];
        const float rms = sqrt(sum / n);
        float u = UPDATE(i) * lr / fmax(rms / clip, 1.0f);
#ifdef MOMENTUM
        u = fma(beta1, m[m_at + i], (1 - beta1) * u);
        m1[m1_at + i] = u;
#endif
        p1[p1_at + i] = p[p_at + i] - u;
    }
}
