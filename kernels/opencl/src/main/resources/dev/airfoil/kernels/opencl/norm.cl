// Normalised rows of D numbers and what is made of them, forward and backward. A work-group is 8 rows of 32 lanes; a row
// stays in its lanes' registers, PER numbers in each. Options: RMS (no mean is taken off), and what follows the norm:
// WEIGHT (hat w), WEIGHT_BIAS (hat w + q), MODULATE (hat (1 + w) + q), GATE (q + hat w, where q is a row of its own).
// w (and q of MODULATE) is one row, or, with STREAMS > 0, one row per batch and stream: rows of a batch before split
// take stream 0, the others the last one. PLAIN: hat is x itself.
#define PER ((D + 31) / 32)
#define BLOCKS PER
#define EACH for (int i = 0; i < PER; i++)
#define COL (lane + 32 * i)

inline uint stream_row(const uint row, const uint n, const uint streams, const uint split) {
    return streams == 0 ? 0 : row / n * streams + (streams > 1 && row % n >= split ? 1 : 0);
}

// x[] becomes hat; gives (mean, 1 / deviation).
inline float2 normalise(float *x, const uint lane, const float eps, SCRATCH_ARG) {
#ifdef PLAIN
    return (float2)(0, 1);
#else
    float mean = 0;
#ifndef RMS
UNROLL
    EACH mean += x[i];
    mean = lanes_sum(mean, 32, scratch) * (1.0f / D);
#endif
    float square = 0;
UNROLL
    EACH {
        x[i] = COL < D ? x[i] - mean : 0.0f;
        square = fma(x[i], x[i], square);
    }
    const float rstd = 1.0f / sqrt(lanes_sum(square, 32, scratch) * (1.0f / D) + eps);
UNROLL
    EACH x[i] *= rstd;
    return (float2)(mean, rstd);
#endif
}

__kernel __attribute__((reqd_work_group_size(256, 1, 1))) void norm(
        IN(float, x), IN(float, w), IN(float, q), OUT(float, y), const uint rows, const uint n, const uint streams,
        const uint split, const float eps) {
    LANES_SCRATCH(scratch);
    const uint lane = get_local_id(0) & 31, row = get_group_id(0) * 8 + (get_local_id(0) >> 5);
    const uint r = min(row, rows - 1);
    const uint s = stream_row(r, n, streams, split);
    x += x_at + (long)r * D;
    y += y_at + (long)r * D;
    w += w_at + (long)s * D;
#ifdef GATE
    q += q_at + (long)r * D;
#else
    q += q_at + (long)s * D;
#endif
    float v[PER];
UNROLL
    EACH v[i] = COL < D ? x[COL] : 0.0f;
    normalise(v, lane, eps, scratch);
    if (row < rows) {
UNROLL
        EACH {
            if (COL < D) {
#if defined(WEIGHT)
                y[COL] = v[i] * w[COL];
#elif defined(WEIGHT_BIAS)
                y[COL] = fma(v[i], w[COL], q[COL]);
#elif defined(MODULATE)
                y[COL] = fma(v[i], 1.0f + w[COL], q[COL]);
#else
                y[COL] = fma(v[i], w[COL], q[COL]);
#endif
            }
        }
    }
}

// gx from x, w and gy, and (mean, 1 / deviation) of every row for norm_columns.
__kernel __attribute__((reqd_work_group_size(256, 1, 1))) void norm_grad(
        IN(float, x), IN(float, w), IN(float, gy), OUT(float, gx), OUT(float, stats), const uint rows, const uint n,
        const uint streams, const uint split, const float eps) {
    LANES_SCRATCH(scratch);
    const uint lane = get_local_id(0) & 31, row = get_group_id(0) * 8 + (get_local_id(0) >> 5);
    const uint r = min(row, rows - 1);
    x += x_at + (long)r * D;
    gy += gy_at + (long)r * D;
    gx += gx_at + (long)r * D;
    w += w_at + (long)stream_row(r, n, streams, split) * D;
    float v[PER], g[PER];
UNROLL
    EACH v[i] = COL < D ? x[COL] : 0.0f;
    const float2 stat = normalise(v, lane, eps, scratch);
    float sum = 0, along = 0;
UNROLL
    EACH {
#ifdef MODULATE
        g[i] = COL < D ? gy[COL] * (1.0f + w[COL]) : 0.0f;
#else
        g[i] = COL < D ? gy[COL] * w[COL] : 0.0f;
#endif
        sum += g[i];
        along = fma(g[i], v[i], along);
    }
#if defined(PLAIN)
    sum = along = 0;
#elif defined(RMS)
    sum = 0;
    along = lanes_sum(along, 32, scratch) * (1.0f / D);
#else
    sum = lanes_sum(sum, 32, scratch) * (1.0f / D);
    along = lanes_sum(along, 32, scratch) * (1.0f / D);
#endif
    if (row < rows) {
UNROLL
        EACH {
            if (COL < D) gx[COL] = stat.y * (g[i] - sum - v[i] * along);
        }
        if (lane == 0) vstore2(stat, r, stats + stats_at);
    }
}

// Sums over rows of gy hat, and of gy: 32 columns x 8 rows at a time. The rows of a batch and stream are cut into
// chunks; y[batch, stream, chunk, column].
__kernel __attribute__((reqd_work_group_size(256, 1, 1))) void norm_columns(
        IN(float, x), IN(float, stats), IN(float, gy), OUT(float, along), OUT(float, plain), const uint n,
        const uint streams, const uint split, const uint chunk) {
    __local float2 parts[8][32];
    const uint lane = get_local_id(0) & 31, sub = get_local_id(0) >> 5;
    const uint col = get_group_id(0) % BLOCKS * 32 + lane, segment = get_group_id(0) / BLOCKS;
    const uint chunks = get_num_groups(1), stream = segment % streams;
    const uint first = stream == 0 ? 0 : split, end = streams == 1 || stream == 1 ? n : split;
    const uint from = first + get_group_id(1) * chunk, to = min(end, from + chunk);
    const long base = (long)(segment / streams) * n;
    float2 sum = (float2)(0);
    if (col < D) {
        AT(x);
        AT(gy);
        AT(stats);
        for (uint r = from + sub; r < to; r += 8) {
            const long at = (base + r) * D + col;
            const float2 stat = vload2(base + r, stats);
            const float g = gy[at];
            sum.x = fma(g, (x[at] - stat.x) * stat.y, sum.x);
            sum.y += g;
        }
    }
    parts[sub][lane] = sum;
    barrier(CLK_LOCAL_MEM_FENCE);
    if (sub == 0 && col < D) {
        for (uint i = 1; i < 8; i++) sum += parts[i][lane];
        const long at = ((long)segment * chunks + get_group_id(1)) * D + col;
        along[along_at + at] = sum.x;
        plain[plain_at + at] = sum.y;
    }
}
