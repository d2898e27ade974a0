// qkv [b n 3 h e] to q, k, v [b h n e]: RMS norm of each head of q and k, times a weight, then pairs turned by the angle
// of their row; and the gradient. 32 lanes take one head of one row, q, k and v together; each lane has PAIRS pairs.
// Options: E, H.
#define HALF (E / 2)
#define PAIRS ((HALF + 31) / 32)
#define EACH for (int i = 0; i < PAIRS; i++)
#define PAIR (lane + 32 * i)

// 1 / deviation of the row, whose pairs become hat.
inline float normalise(float2 *x, const float eps, SCRATCH_ARG) {
    float square = 0;
UNROLL
    EACH square += dot(x[i], x[i]);
    const float rstd = 1.0f / sqrt(lanes_sum(square, 32, scratch) * (1.0f / E) + eps);
UNROLL
    EACH x[i] *= rstd;
    return rstd;
}

// Pairs lie at even places: as one access.
#define load2_F32(p, i) (*(__global const float2 *)(p + 2 * (i)))
#define load2_BF16(p, i) as_float2(convert_uint2(*(__global const ushort2 *)(p + 2 * (i))) << 16)
#define load2_F16(p, i) vloada_half2(i, (__global const half *)(p))
#define store2_F32(p, i, v) *(__global float2 *)(p + 2 * (i)) = v
#define store2_BF16(p, i, v) *(__global uint *)(p + 2 * (i)) = bf16x2(v.x, v.y)
#define store2_F16(p, i, v) vstorea_half2_rte(v, i, (__global half *)(p))

inline void load(float2 *x, __global const STORED *p, const uint lane) {
UNROLL
    EACH {
        x[i] = (float2)(0);
        if (PAIR < HALF) x[i] = TYPED(load2_, STORED)(p, PAIR);
    }
}

inline void store(__global STORED *p, const float2 *x, const uint lane) {
UNROLL
    EACH {
        if (PAIR < HALF) TYPED(store2_, STORED)(p, PAIR, x[i]);
    }
}

inline float2 weight(__global const PARAM *w, const uint pair) {
    return (float2)(LOAD(PARAM, w, 2 * pair), LOAD(PARAM, w, 2 * pair + 1));
}

inline float2 turn(const float2 x, const float c, const float s) {
    return (float2)(x.x * c - x.y * s, x.y * c + x.x * s);
}

__kernel __attribute__((reqd_work_group_size(256, 1, 1))) void qk_norm_rope(
        IN(STORED, qkv), IN(PARAM, qw), IN(PARAM, kw), IN(float, cosine), IN(float, sine), OUT(STORED, q), OUT(STORED, k),
        OUT(STORED, v), const uint rows, const uint n, const float eps) {
    LANES_SCRATCH(scratch);
    const uint lane = get_local_id(0) & 31, item = get_group_id(0) * 8 + (get_local_id(0) >> 5);
    const uint it = min(item, rows - 1); // (b, n, h)
    const uint head = it % H, token = it / H, row = token % n, b = token / n;
    const long from = (long)token * (3 * H * E) + head * E;
    const long to = (((long)b * H + head) * n + row) * E;
    cosine += cosine_at + row * HALF;
    sine += sine_at + row * HALF;
    float2 x[PAIRS], y[PAIRS], z[PAIRS];
    load(x, qkv + qkv_at + from, lane);
    load(y, qkv + qkv_at + from + H * E, lane);
    load(z, qkv + qkv_at + from + 2 * H * E, lane);
    normalise(x, eps, scratch);
    normalise(y, eps, scratch);
UNROLL
    EACH {
        if (PAIR < HALF) {
            const float c = cosine[PAIR], s = sine[PAIR];
            x[i] = turn(x[i] * weight(qw + qw_at, PAIR), c, s);
            y[i] = turn(y[i] * weight(kw + kw_at, PAIR), c, s);
        }
    }
    if (item < rows) {
        store(q + q_at + to, x, lane);
        store(k + k_at + to, y, lane);
        store(v + v_at + to, z, lane);
    }
}

// One of q and k: g becomes the gradient of x; adds g hat to the weight's gradient.
inline void back(
        float2 *g, float2 *x, float2 *sum, __global const PARAM *w, __global const float *cosine,
        __global const float *sine, const float eps, const uint lane, const bool counts, SCRATCH_ARG) {
    const float rstd = normalise(x, eps, scratch);
    float along = 0;
UNROLL
    EACH {
        if (PAIR < HALF) {
            g[i] = turn(g[i], cosine[PAIR], -sine[PAIR]);
            if (counts) sum[i] += g[i] * x[i];
            g[i] *= weight(w, PAIR);
            along += dot(g[i], x[i]);
        }
    }
    along = lanes_sum(along, 32, scratch) * (1.0f / E);
UNROLL
    EACH g[i] = rstd * (g[i] - x[i] * along);
}

// Each group of 32 lanes takes every slots-th head; its sums for the weights go to row slot of wide [slots 2 e].
__kernel __attribute__((reqd_work_group_size(256, 1, 1))) void qk_norm_rope_grad(
        IN(STORED, qkv), IN(PARAM, qw), IN(PARAM, kw), IN(float, cosine), IN(float, sine), IN(STORED, gq), IN(STORED, gk),
        IN(STORED, gv), OUT(STORED, gqkv), OUT(float, wide), const uint rows, const uint n, const uint slots,
        const float eps) {
    LANES_SCRATCH(scratch);
    const uint lane = get_local_id(0) & 31, slot = get_group_id(0) * 8 + (get_local_id(0) >> 5);
    float2 sq[PAIRS], sk[PAIRS];
UNROLL
    EACH sq[i] = sk[i] = (float2)(0);
    for (uint base = 0; base < rows; base += slots) { // as often for all, because of the barriers within
        const uint item = base + slot;
        const bool counts = item < rows;
        const uint it = min(item, rows - 1);
        const uint head = it % H, token = it / H, row = token % n, b = token / n;
        const long at = (long)token * (3 * H * E) + head * E;
        const long from = (((long)b * H + head) * n + row) * E;
        __global const float *c = cosine + cosine_at + row * HALF, *s = sine + sine_at + row * HALF;
        float2 x[PAIRS], y[PAIRS], g[PAIRS], gy[PAIRS], gz[PAIRS];
        load(x, qkv + qkv_at + at, lane);
        load(y, qkv + qkv_at + at + H * E, lane);
        load(g, gq + gq_at + from, lane);
        load(gy, gk + gk_at + from, lane);
        load(gz, gv + gv_at + from, lane);
        back(g, x, sq, qw + qw_at, c, s, eps, lane, counts, scratch);
        back(gy, y, sk, kw + kw_at, c, s, eps, lane, counts, scratch);
        if (counts) {
            store(gqkv + gqkv_at + at, g, lane);
            store(gqkv + gqkv_at + at + H * E, gy, lane);
            store(gqkv + gqkv_at + at + 2 * H * E, gz, lane);
        }
    }
    wide += wide_at + (long)slot * 2 * E;
UNROLL
    EACH {
        if (PAIR < HALF) {
            vstore2(sq[i], PAIR, wide);
            vstore2(sk[i], PAIR, wide + E);
        }
    }
}
