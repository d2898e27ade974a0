// qkv [b n 3 h e] to q, k, v [b h n e]: RMS norm of each head of q and k, times a weight, then pairs turned by the angle
// of their row; and the gradient. 16 lanes (32 of wide heads) take one head of one row, q, k and v together; each lane has
// FOURS times two pairs. Options: E, a multiple of 4, and H.
#define LANES (E > 64 ? 32 : 16)
#define HALF (E / 2)
#define FOURS ((E / 4 + LANES - 1) / LANES)
#define EACH for (int i = 0; i < FOURS; i++)
#define FOUR (lane + LANES * i)
#define INSIDE (4 * FOUR < E)
#define LOAD_ANGLE(p) (*(__global const float2 *)(p + 2 * FOUR))
#define LANE const uint lane = get_local_id(0) % LANES, sub = get_local_id(0) / LANES

// 1 / deviation of the row, whose numbers become hat.
inline float normalise(float4 *x, const float eps, SCRATCH_ARG) {
    float square = 0;
UNROLL
    EACH square += dot(x[i], x[i]);
    const float rstd = 1.0f / sqrt(lanes_sum(square, LANES, scratch) * (1.0f / E) + eps);
UNROLL
    EACH x[i] *= rstd;
    return rstd;
}

inline void load(float4 *x, __global const STORED *p, const uint lane) {
UNROLL
    EACH {
        x[i] = (float4)(0);
        if (INSIDE) x[i] = LOAD4(STORED, p, 4 * FOUR);
    }
}

inline void store(__global STORED *p, const float4 *x, const uint lane) {
UNROLL
    EACH {
        if (INSIDE) STORE4(STORED, p, 4 * FOUR, x[i]);
    }
}

// Two pairs turned by the angles with these cosines and sines.
inline float4 turn(const float4 x, const float2 c, const float2 s) {
    return (float4)(x.x * c.x - x.y * s.x, x.y * c.x + x.x * s.x, x.z * c.y - x.w * s.y, x.w * c.y + x.z * s.y);
}

__kernel __attribute__((reqd_work_group_size(256, 1, 1))) void qk_norm_rope(
        IN(STORED, qkv), IN(PARAM, qw), IN(PARAM, kw), IN(float, cosine), IN(float, sine), OUT(STORED, q), OUT(STORED, k),
        OUT(STORED, v), const uint rows, const uint n, const float eps) {
    LANES_SCRATCH(scratch);
    LANE;
    const uint item = get_group_id(0) * (256 / LANES) + sub, it = min(item, rows - 1); // (b, n, h)
    const uint head = it % H, token = it / H, row = token % n, b = token / n;
    const long from = (long)token * (3 * H * E) + head * E;
    const long to = (((long)b * H + head) * n + row) * E;
    cosine += cosine_at + row * HALF;
    sine += sine_at + row * HALF;
    float4 x[FOURS], y[FOURS], z[FOURS];
    load(x, qkv + qkv_at + from, lane);
    load(y, qkv + qkv_at + from + H * E, lane);
    load(z, qkv + qkv_at + from + 2 * H * E, lane);
    normalise(x, eps, scratch);
    normalise(y, eps, scratch);
UNROLL
    EACH {
        if (INSIDE) {
            const float2 c = LOAD_ANGLE(cosine), s = LOAD_ANGLE(sine);
            x[i] = turn(x[i] * LOAD4(PARAM, qw + qw_at, 4 * FOUR), c, s);
            y[i] = turn(y[i] * LOAD4(PARAM, kw + kw_at, 4 * FOUR), c, s);
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
        float4 *g, float4 *x, float4 *sum, __global const PARAM *w, __global const float *cosine,
        __global const float *sine, const float eps, const uint lane, const bool counts, SCRATCH_ARG) {
    const float rstd = normalise(x, eps, scratch);
    float along = 0;
UNROLL
    EACH {
        if (INSIDE) {
            g[i] = turn(g[i], LOAD_ANGLE(cosine), -LOAD_ANGLE(sine));
            if (counts) sum[i] += g[i] * x[i];
            g[i] *= LOAD4(PARAM, w, 4 * FOUR);
            along += dot(g[i], x[i]);
        }
    }
    along = lanes_sum(along, LANES, scratch) * (1.0f / E);
UNROLL
    EACH g[i] = rstd * (g[i] - x[i] * along);
}

// Each group of LANES takes every slots-th head; its sums for the weights go to row slot of wide [slots 2 e].
__kernel __attribute__((reqd_work_group_size(256, 1, 1))) void qk_norm_rope_grad(
        IN(STORED, qkv), IN(PARAM, qw), IN(PARAM, kw), IN(float, cosine), IN(float, sine), IN(STORED, gq), IN(STORED, gk),
        IN(STORED, gv), OUT(STORED, gqkv), OUT(float, wide), const uint rows, const uint n, const uint slots,
        const float eps) {
    LANES_SCRATCH(scratch);
    LANE;
    const uint slot = get_group_id(0) * (256 / LANES) + sub;
    float4 sq[FOURS], sk[FOURS];
UNROLL
    EACH sq[i] = sk[i] = (float4)(0);
    for (uint base = 0; base < rows; base += slots) { // as often for all, because of the barriers within
        const uint item = base + slot;
        const bool counts = item < rows;
        const uint it = min(item, rows - 1);
        const uint head = it % H, token = it / H, row = token % n, b = token / n;
        const long at = (long)token * (3 * H * E) + head * E;
        const long from = (((long)b * H + head) * n + row) * E;
        __global const float *c = cosine + cosine_at + row * HALF, *s = sine + sine_at + row * HALF;
        float4 x[FOURS], y[FOURS], g[FOURS], gy[FOURS], gz[FOURS];
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
        if (INSIDE) {
            STORE4(F32, wide, 4 * FOUR, sq[i]);
            STORE4(F32, wide + E, 4 * FOUR, sk[i]);
        }
    }
}
