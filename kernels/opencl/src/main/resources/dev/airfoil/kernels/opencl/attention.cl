// Flash attention, forward and backward (Dao et al.; the backward in two passes so that no sums meet in memory). A
// work-group of 16 x 16 work-items walks over square tiles of T queries x T keys; a work-item has TR x TR scores: rows
// ty + 16 i, columns tx + 16 j. Rows of q, k, v lie in local memory, EP (E rounded up to 16, 32, 64 or 128) numbers and
// 4 more to spread them over the banks. Scores are held in units of log2, so that exp2 will do.
// Options: E, EP, T; MASK, CAUSAL; ALIGNED (rows of q, k, v and go begin at multiples of 4 numbers).
#define TR (T / 16)
#define PITCH (EP + 4)
#define PITCH_P (T + 4)
#define CE (EP / 16)
#define LOG2E 1.4426950408889634f
#define LN2 0.6931471805599453f
#define ROWS for (int i = 0; i < TR; i++)
#define COLS for (int j = 0; j < TR; j++)
#if PITCH > PITCH_P
#define WIDER PITCH
#else
#define WIDER PITCH_P
#endif
#define TILE(name) __local float name[T * PITCH] __attribute__((aligned(16)))
#define GROUP __attribute__((reqd_work_group_size(256, 1, 1)))

#ifdef ALIGNED
#define VECTOR(p) LOAD4(STORED, p, 0)
#else
#define VECTOR(p) (float4)(LOAD(STORED, p, 0), LOAD(STORED, p, 1), LOAD(STORED, p, 2), LOAD(STORED, p, 3))
#endif

// Columns of e that a work-item owns: 4 neighbours in blocks of 64 (EP = 64, 128), else neighbours.
#if CE >= 4
typedef float4 part;
#define PARTS (CE / 4)
#define WIDTH 4
#define AT_E(c) (64 * (c) + 4 * tx)
#elif CE == 2
typedef float2 part;
#define PARTS 1
#define WIDTH 2
#define AT_E(c) (2 * tx)
#else
typedef float part;
#define PARTS 1
#define WIDTH 1
#define AT_E(c) (tx)
#endif

// Rows first .. first + T of p, zeros behind the last row and column.
inline void load_tile(
        __local float *tile, __global const STORED *p, const long pitch, const uint first, const uint rows,
        const float scale) {
#if E == EP && EP >= 4
    for (uint x = get_local_id(0); x < T * EP / 4; x += 256) {
        const uint r = x / (EP / 4), c = x % (EP / 4) * 4;
        float4 v = (float4)(0);
        if (first + r < rows) v = VECTOR(p + (first + r) * pitch + c) * scale;
        *(__local float4 *)(tile + r * PITCH + c) = v;
    }
#else
    for (uint x = get_local_id(0); x < T * EP; x += 256) {
        const uint r = x / EP, c = x % EP;
        tile[r * PITCH + c] = first + r < rows && c < E ? LOAD(STORED, p, (first + r) * pitch + c) * scale : 0.0f;
    }
#endif
}

// s[i][j] = row i of a times row j of b.
inline void scores(float s[TR][TR], __local const float *a, __local const float *b, const uint tx, const uint ty) {
UNROLL
    ROWS
UNROLL
    COLS s[i][j] = 0;
UNROLL_4
    for (int c = 0; c < EP; c += 4) {
        float4 x[TR], y[TR];
UNROLL
        ROWS x[i] = *(__local const float4 *)(a + (ty + 16 * i) * PITCH + c);
UNROLL
        COLS y[j] = *(__local const float4 *)(b + (tx + 16 * j) * PITCH + c);
UNROLL
        ROWS
UNROLL
        COLS {
            s[i][j] = fma(x[i].x, y[j].x, s[i][j]);
            s[i][j] = fma(x[i].y, y[j].y, s[i][j]);
            s[i][j] = fma(x[i].z, y[j].z, s[i][j]);
            s[i][j] = fma(x[i].w, y[j].w, s[i][j]);
        }
    }
}

inline void keep_tile(__local float *p, float s[TR][TR], const uint tx, const uint ty) {
UNROLL
    ROWS
UNROLL
    COLS p[(ty + 16 * i) * PITCH_P + tx + 16 * j] = s[i][j];
}

// sum[i][c] += row ty + 16 i of p times the columns AT_E(c) of v.
inline void product(
        part sum[TR][PARTS], __local const float *p, __local const float *v, const uint tx, const uint ty) {
UNROLL_4
    for (int k = 0; k < T; k += 4) {
        float4 x[TR];
UNROLL
        ROWS x[i] = *(__local const float4 *)(p + (ty + 16 * i) * PITCH_P + k);
UNROLL
        for (int c = 0; c < PARTS; c++) {
            const part v0 = *(__local const part *)(v + (k + 0) * PITCH + AT_E(c));
            const part v1 = *(__local const part *)(v + (k + 1) * PITCH + AT_E(c));
            const part v2 = *(__local const part *)(v + (k + 2) * PITCH + AT_E(c));
            const part v3 = *(__local const part *)(v + (k + 3) * PITCH + AT_E(c));
UNROLL
            ROWS {
                sum[i][c] = fma((part)(x[i].x), v0, sum[i][c]);
                sum[i][c] = fma((part)(x[i].y), v1, sum[i][c]);
                sum[i][c] = fma((part)(x[i].z), v2, sum[i][c]);
                sum[i][c] = fma((part)(x[i].w), v3, sum[i][c]);
            }
        }
    }
}

// sum[i][c] += column TR ty + i of p times the columns AT_E(c) of v.
inline void product_transposed(
        part sum[TR][PARTS], __local const float *p, __local const float *v, const uint tx, const uint ty) {
UNROLL_4
    for (int k = 0; k < T; k++) {
        float x[TR];
#if TR == 4
        const float4 x4 = *(__local const float4 *)(p + k * PITCH_P + 4 * ty);
        x[0] = x4.x;
        x[1] = x4.y;
        x[2] = x4.z;
        x[3] = x4.w;
#else
UNROLL
        ROWS x[i] = p[k * PITCH_P + TR * ty + i];
#endif
UNROLL
        for (int c = 0; c < PARTS; c++) {
            const part y = *(__local const part *)(v + k * PITCH + AT_E(c));
UNROLL
            ROWS sum[i][c] = fma((part)(x[i]), y, sum[i][c]);
        }
    }
}

inline void store_part(__global STORED *p, const part v, const uint at) {
#if WIDTH == 4 && E == EP
    STORE4(STORED, p, at, v);
#elif WIDTH == 1
    if (at < E) STORE(STORED, p, at, v);
#else
    if (at < E) STORE(STORED, p, at, v.x);
    if (at + 1 < E) STORE(STORED, p, at + 1, v.y);
#if WIDTH == 4
    if (at + 2 < E) STORE(STORED, p, at + 2, v.z);
    if (at + 3 < E) STORE(STORED, p, at + 3, v.w);
#endif
#endif
}

inline void clear(part sum[TR][PARTS]) {
UNROLL
    ROWS
UNROLL
    for (int c = 0; c < PARTS; c++) sum[i][c] = (part)(0);
}

// May query row see key?
#ifdef MASK
#define KEPT(key) (mask[(key)] != 0)
#else
#define KEPT(key) 1
#endif
#ifdef CAUSAL
#define SEES(row, key) ((key) <= (row) && (key) < m && (row) < n && KEPT(key))
#else
#define SEES(row, key) ((key) < m && (row) < n && KEPT(key))
#endif

// One work-group a tile of queries of one head: o [b n h e], lse [b h n].
__kernel GROUP void attention(
        IN(STORED, q), IN(STORED, k), IN(STORED, v), IN(int, mask), OUT(STORED, o), OUT(float, lse), const uint h,
        const uint n, const uint m, const long8 strides, const long v_row, const float scale) {
    LANES_SCRATCH(scratch);
    TILE(qs);
    TILE(vs);
    __local float kp[T * WIDER] __attribute__((aligned(16))); // the keys, then the weights
    const uint tx = get_local_id(0) & 15, ty = get_local_id(0) >> 4;
    const uint head = get_group_id(1) % h, b = get_group_id(1) / h, n0 = get_group_id(0) * T;
    q += q_at + b * strides.s0 + head * strides.s1;
    k += k_at + b * strides.s3 + head * strides.s4;
    v += v_at + b * strides.s6 + head * strides.s7;
    mask += mask_at + (long)b * m;
    load_tile(qs, q, strides.s2, n0, n, scale * LOG2E);
    part out[TR][PARTS];
    clear(out);
    float largest[TR], sum[TR];
UNROLL
    ROWS {
        largest[i] = -INFINITY;
        sum[i] = 0;
    }
#ifdef CAUSAL
    const uint end = min(m, n0 + T);
#else
    const uint end = m;
#endif
    for (uint m0 = 0; m0 < end; m0 += T) {
        barrier(CLK_LOCAL_MEM_FENCE);
        load_tile(kp, k, strides.s5, m0, m, 1);
        load_tile(vs, v, v_row, m0, m, 1);
        barrier(CLK_LOCAL_MEM_FENCE);
        float s[TR][TR];
        scores(s, qs, kp, tx, ty);
        barrier(CLK_LOCAL_MEM_FENCE);
UNROLL
        ROWS {
            float top = -INFINITY;
UNROLL
            COLS {
                if (!SEES(n0 + ty + 16 * i, m0 + tx + 16 * j)) s[i][j] = -INFINITY;
                top = fmax(top, s[i][j]);
            }
            top = fmax(largest[i], lanes_max(top, 16, scratch));
            const float zero = top == -INFINITY ? 0.0f : top; // nothing seen yet: e^-inf, not e^(inf - inf)
            const float shrink = exp2(largest[i] - zero);
            largest[i] = top;
            float mine = 0;
UNROLL
            COLS {
                s[i][j] = exp2(s[i][j] - zero);
                mine += s[i][j];
            }
            sum[i] = fma(sum[i], shrink, mine);
UNROLL
            for (int c = 0; c < PARTS; c++) out[i][c] *= shrink;
        }
        keep_tile(kp, s, tx, ty);
        barrier(CLK_LOCAL_MEM_FENCE);
        product(out, kp, vs, tx, ty);
    }
UNROLL
    ROWS {
        const uint row = n0 + ty + 16 * i;
        const float all = lanes_sum(sum[i], 16, scratch);
        const float inverse = all > 0 ? 1.0f / all : 0.0f;
        if (row < n) {
            __global STORED *p = o + o_at + (((long)b * n + row) * h + head) * E;
UNROLL
            for (int c = 0; c < PARTS; c++) store_part(p, out[i][c] * inverse, AT_E(c));
            if (tx == 0) {
                lse[lse_at + (long)get_group_id(1) * n + row] = all > 0 ? (largest[i] + log2(all)) * LN2 : 0.0f;
            }
        }
    }
}

// delta [b h n] = sum over e of go o, both [b n h e]; 16 lanes a row.
__kernel GROUP void attention_delta(
        IN(STORED, o), IN(STORED, go), OUT(float, delta), const uint h, const uint n, const uint rows) {
    LANES_SCRATCH(scratch);
    const uint tx = get_local_id(0) & 15, row = get_group_id(0) * 16 + (get_local_id(0) >> 4);
    const uint r = min(row, rows - 1); // (b, n, h)
    float sum = 0;
    for (uint c = tx; c < E; c += 16) {
        sum = fma(LOAD(STORED, o, o_at + (long)r * E + c), LOAD(STORED, go, go_at + (long)r * E + c), sum);
    }
    sum = lanes_sum(sum, 16, scratch);
    if (tx == 0 && row < rows) delta[delta_at + ((long)(r / h / n) * h + r % h) * n + r / h % n] = sum;
}

// Weights p and gradients gs of the scores of one tile: s holds q k and gp holds go v before.
inline void weights(
        float s[TR][TR], float gp[TR][TR], __global const float *lse, __global const float *delta,
        __global const int *mask, const uint n0, const uint m0, const uint n, const uint m, const float scale,
        const uint tx, const uint ty) {
UNROLL
    ROWS {
        const uint row = n0 + ty + 16 * i, r = min(row, n - 1);
        const float l = lse[r] * LOG2E, d = delta[r];
UNROLL
        COLS {
            s[i][j] = SEES(row, m0 + tx + 16 * j) ? exp2(s[i][j] - l) : 0.0f;
            gp[i][j] = s[i][j] * (gp[i][j] - d) * scale;
        }
    }
}

// One work-group a tile of keys of one head: gk and gv [b h m e].
__kernel GROUP void attention_grad_keys(
        IN(STORED, q), IN(STORED, k), IN(STORED, v), IN(int, mask), IN(STORED, go), IN(float, lse), IN(float, delta),
        OUT(STORED, gk), OUT(STORED, gv), const uint h, const uint n, const uint m, const long8 strides,
        const long v_row, const float scale) {
    TILE(qs);
    TILE(ks);
    TILE(vs);
    TILE(gs);
    __local float ps[T * PITCH_P] __attribute__((aligned(16)));
    const uint tx = get_local_id(0) & 15, ty = get_local_id(0) >> 4;
    const uint head = get_group_id(1) % h, b = get_group_id(1) / h, m0 = get_group_id(0) * T;
    q += q_at + b * strides.s0 + head * strides.s1;
    k += k_at + b * strides.s3 + head * strides.s4;
    v += v_at + b * strides.s6 + head * strides.s7;
    go += go_at + ((long)b * n * h + head) * E;
    mask += mask_at + (long)b * m;
    lse += lse_at + (long)get_group_id(1) * n;
    delta += delta_at + (long)get_group_id(1) * n;
    load_tile(ks, k, strides.s5, m0, m, scale * LOG2E);
    load_tile(vs, v, v_row, m0, m, 1);
    part sum_k[TR][PARTS], sum_v[TR][PARTS];
    clear(sum_k);
    clear(sum_v);
#ifdef CAUSAL
    for (uint n0 = m0; n0 < n; n0 += T) {
#else
    for (uint n0 = 0; n0 < n; n0 += T) {
#endif
        barrier(CLK_LOCAL_MEM_FENCE);
        load_tile(qs, q, strides.s2, n0, n, 1);
        load_tile(gs, go, (long)h * E, n0, n, 1);
        barrier(CLK_LOCAL_MEM_FENCE);
        float s[TR][TR], gp[TR][TR];
        scores(s, qs, ks, tx, ty);
        scores(gp, gs, vs, tx, ty);
        weights(s, gp, lse, delta, mask, n0, m0, n, m, scale, tx, ty);
        keep_tile(ps, s, tx, ty);
        barrier(CLK_LOCAL_MEM_FENCE);
        product_transposed(sum_v, ps, gs, tx, ty);
        barrier(CLK_LOCAL_MEM_FENCE);
        keep_tile(ps, gp, tx, ty);
        barrier(CLK_LOCAL_MEM_FENCE);
        product_transposed(sum_k, ps, qs, tx, ty);
    }
UNROLL
    ROWS {
        const uint key = m0 + TR * ty + i;
        if (key < m) {
            const long at = ((long)get_group_id(1) * m + key) * E;
UNROLL
            for (int c = 0; c < PARTS; c++) {
                store_part(gk + gk_at + at, sum_k[i][c], AT_E(c));
                store_part(gv + gv_at + at, sum_v[i][c], AT_E(c));
            }
        }
    }
}

// One work-group a tile of queries of one head: gq [b h n e].
__kernel GROUP void attention_grad_queries(
        IN(STORED, q), IN(STORED, k), IN(STORED, v), IN(int, mask), IN(STORED, go), IN(float, lse), IN(float, delta),
        OUT(STORED, gq), const uint h, const uint n, const uint m, const long8 strides, const long v_row,
        const float scale) {
    TILE(qs);
    TILE(ks);
    TILE(vs);
    TILE(gs);
    __local float ps[T * PITCH_P] __attribute__((aligned(16)));
    const uint tx = get_local_id(0) & 15, ty = get_local_id(0) >> 4;
    const uint head = get_group_id(1) % h, b = get_group_id(1) / h, n0 = get_group_id(0) * T;
    q += q_at + b * strides.s0 + head * strides.s1;
    k += k_at + b * strides.s3 + head * strides.s4;
    v += v_at + b * strides.s6 + head * strides.s7;
    go += go_at + ((long)b * n * h + head) * E;
    mask += mask_at + (long)b * m;
    lse += lse_at + (long)get_group_id(1) * n;
    delta += delta_at + (long)get_group_id(1) * n;
    load_tile(qs, q, strides.s2, n0, n, scale * LOG2E);
    load_tile(gs, go, (long)h * E, n0, n, 1);
    part sum[TR][PARTS];
    clear(sum);
#ifdef CAUSAL
    const uint end = min(m, n0 + T);
#else
    const uint end = m;
#endif
    for (uint m0 = 0; m0 < end; m0 += T) {
        barrier(CLK_LOCAL_MEM_FENCE);
        load_tile(ks, k, strides.s5, m0, m, 1);
        load_tile(vs, v, v_row, m0, m, 1);
        barrier(CLK_LOCAL_MEM_FENCE);
        float s[TR][TR], gp[TR][TR];
        scores(s, qs, ks, tx, ty);
        scores(gp, gs, vs, tx, ty);
        weights(s, gp, lse, delta, mask, n0, m0, n, m, scale, tx, ty);
        keep_tile(ps, gp, tx, ty);
        barrier(CLK_LOCAL_MEM_FENCE);
        product(sum, ps, ks, tx, ty);
    }
UNROLL
    ROWS {
        const uint row = n0 + ty + 16 * i;
        if (row < n) {
            const long at = ((long)get_group_id(1) * n + row) * E;
UNROLL
            for (int c = 0; c < PARTS; c++) store_part(gq + gq_at + at, sum[i][c], AT_E(c));
        }
    }
}
