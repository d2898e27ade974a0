// attention.cl on NVIDIA's tensor cores (compute capability 8.0 on): the same kernels and arguments for head widths
// E of 32, 64 and 128 and rows that begin at multiples of 4 floats. q, k, v, go, weights and the scores' gradients are
// rounded to BF16 where they enter a product; sums, softmax and what is stored stay F32.
// A work-group of WARPS warps owns 16 WARPS rows (queries, or keys in attention_grad_keys), 16 a warp, and walks over
// tiles of T rows (T >= 16 WARPS) of the other side in local memory. Scores never leave registers: the sums of one
// product are laid out as the left factor of the next. Options: E, T, WARPS, STEP (keys a step of the softmax; divides
// T); MASK, CAUSAL.
#define THREADS (32 * WARPS)
#define OWN (16 * WARPS)
#define EC (E / 16)
#define LOG2E 1.4426950408889634f
#define LN2 0.6931471805599453f
#define TILE_BYTES (2 * E)
#define LOADS ((T * E / 4 + THREADS - 1) / THREADS)

// Where column e of a row lies: its groups of 8 are permuted by the row, so that 8 rows' groups meet no bank twice.
inline uint spot(const uint row, const uint e) {
    return row * E + (((e >> 3) ^ (E == 32 ? (row >> 1) & 3 : row & 7)) << 3) + (e & 7);
}

// Rows first .. first + count of p as BF16, zeros behind the last.
inline void load_rows(
        __local ushort *tile, __global const float *p, const long pitch, const uint first, const uint rows,
        const uint count) {
    float4 v[LOADS];
UNROLL
    for (int i = 0; i < LOADS; i++) {
        const uint x = get_local_id(0) + i * THREADS, r = x / (E / 4), e = x % (E / 4) * 4;
        v[i] = (float4)(0);
        if (r < count && first + r < rows) v[i] = *(__global const float4 *)(p + (first + r) * pitch + e);
    }
UNROLL
    for (int i = 0; i < LOADS; i++) {
        const uint x = get_local_id(0) + i * THREADS, r = x / (E / 4), e = x % (E / 4) * 4;
        if (r < count) {
            uint2 pair;
            pair.x = bf16x2(v[i].x, v[i].y);
            pair.y = bf16x2(v[i].z, v[i].w);
            *(__local uint2 *)(tile + spot(r, e)) = pair;
        }
    }
}

// The bytes between a tile's start and what this lane names in load_square, for rows along and across the product.
inline uint lane_along(const uint lane) { return 2 * spot(lane & 15, lane >> 4 << 3); }
inline uint lane_across(const uint lane) { return 2 * spot((lane & 7) + (lane >> 4 << 3), lane & 8); }

// Columns 16 c on of 16 rows from `row` on.
#define SQUARE(along, r, tile, lane_at, row, c) \
    load_square(along, r, (tile) + (row) * TILE_BYTES + ((lane_at) ^ 32 * (c)))

// sums [16][16] += own [16][E] (16 rows of a tile)^T.
inline void scores(float sums[2][4], uint own[EC][4], const uint tile, const uint along, const uint row) {
UNROLL
    for (int c = 0; c < EC; c++) {
        uint f[4];
        SQUARE(1, f, tile, along, row, c);
        multiply(sums[0], own[c], f[0], f[2]);
        multiply(sums[1], own[c], f[1], f[3]);
    }
}

// sums [16][E] += weights [16][16] (16 rows of a tile).
inline void product(float sums[2 * EC][4], float weights[2][4], const uint tile, const uint across, const uint row) {
    uint w[4];
    w[0] = bf16x2(weights[0][0], weights[0][1]);
    w[1] = bf16x2(weights[0][2], weights[0][3]);
    w[2] = bf16x2(weights[1][0], weights[1][1]);
    w[3] = bf16x2(weights[1][2], weights[1][3]);
UNROLL
    for (int c = 0; c < EC; c++) {
        uint f[4];
        SQUARE(0, f, tile, across, row, c);
        multiply(sums[2 * c], w, f[0], f[2]);
        multiply(sums[2 * c + 1], w, f[1], f[3]);
    }
}

inline void clear(float sums[2 * EC][4]) {
UNROLL
    for (int c = 0; c < 2 * EC; c++)
UNROLL
        for (int i = 0; i < 4; i++) sums[c][i] = 0;
}

// This lane's numbers of rows row and row + 8, times a factor each; pitch floats a row.
inline void store_rows(
        __global float *p, const long pitch, float sums[2 * EC][4], const uint row, const uint rows, const float f0,
        const float f1, const uint lane) {
UNROLL
    for (int u = 0; u < 2; u++) {
        if (row + 8 * u < rows) {
            __global float *to = p + (row + 8 * u) * pitch + (lane & 3) * 2;
UNROLL
            for (int c = 0; c < 2 * EC; c++) {
                float2 v;
                v.x = sums[c][2 * u] * (u ? f1 : f0);
                v.y = sums[c][2 * u + 1] * (u ? f1 : f0);
                *(__global float2 *)(to + 8 * c) = v;
            }
        }
    }
}

// May query row see key?
#ifdef MASK
#define KEPT(key) (mask[(key)] != 0)
#else
#define KEPT(key) 1
#endif
#ifdef CAUSAL
#define SEES(row, key) ((key) <= (row) && (key) < m && KEPT(key))
#else
#define SEES(row, key) ((key) < m && KEPT(key))
#endif
#if defined(MASK) || defined(CAUSAL)
#define ALL_SEEN(last) 0
#else
#define ALL_SEEN(last) ((last) <= m)
#endif

#define PLACES \
    const uint lane = get_local_id(0) & 31, warp = get_local_id(0) >> 5, along = lane_along(lane), \
               across = lane_across(lane), head = get_group_id(1) % h, b = get_group_id(1) / h, \
               first = get_group_id(0) * OWN, mine = first + 16 * warp + (lane >> 2); \
    q += q_at + b * strides.s0 + head * strides.s1; \
    k += k_at + b * strides.s3 + head * strides.s4; \
    v += v_at + b * strides.s6 + head * strides.s7; \
    mask += mask_at + (long)b * m; \
    const uint at_x = local_address(xs), at_y = local_address(ys)

#define OWN_ROWS(f, tile) \
    for (int c = 0; c < EC; c++) SQUARE(1, f[c], tile, along, 16 * warp, c)

// One work-group OWN queries of one head: o [b n h e], lse [b h n].
__kernel __attribute__((reqd_work_group_size(THREADS, 1, 1))) void attention(
        IN(float, q), IN(float, k), IN(float, v), IN(int, mask), OUT(float, o), OUT(float, lse), const uint h,
        const uint n, const uint m, const long8 strides, const long v_row, const float scale) {
    __local ushort xs[T * E] __attribute__((aligned(128)));
    __local ushort ys[T * E] __attribute__((aligned(128)));
    PLACES;
    const float unit = scale * LOG2E; // scores in units of log2, so that exp2 will do
    load_rows(xs, q, strides.s2, first, n, OWN);
    barrier(CLK_LOCAL_MEM_FENCE);
    uint fq[EC][4];
UNROLL
    OWN_ROWS(fq, at_x);
    float out[2 * EC][4], top[2], sum[2];
    clear(out);
    top[0] = top[1] = -INFINITY;
    sum[0] = sum[1] = 0;
#ifdef CAUSAL
    const uint end = min(m, first + OWN);
#else
    const uint end = m;
#endif
    for (uint m0 = 0; m0 < end; m0 += T) {
        barrier(CLK_LOCAL_MEM_FENCE);
        load_rows(xs, k, strides.s5, m0, m, T);
        load_rows(ys, v, v_row, m0, m, T);
        barrier(CLK_LOCAL_MEM_FENCE);
        if (first + 16 * warp >= n) continue;
        for (uint at = 0; at < T && m0 + at < end; at += STEP) {
            float s[STEP / 16][2][4];
UNROLL
            for (int j = 0; j < STEP / 16; j++) {
UNROLL
                for (int i = 0; i < 4; i++) s[j][0][i] = s[j][1][i] = 0;
                scores(s[j], fq, at_x, along, at + 16 * j);
            }
            if (!ALL_SEEN(m0 + at + STEP)) {
UNROLL
                for (int j = 0; j < STEP / 8; j++)
UNROLL
                    for (int i = 0; i < 4; i++) {
                        const uint key = m0 + at + 8 * j + (lane & 3) * 2 + (i & 1);
                        if (!SEES(mine + (i & 2) * 4, key)) s[j / 2][j % 2][i] = -INFINITY;
                    }
            }
UNROLL
            for (int u = 0; u < 4; u += 2) {
                float high = top[u / 2];
UNROLL
                for (int j = 0; j < STEP / 8; j++)
                    high = fmax(high, fmax(s[j / 2][j % 2][u], s[j / 2][j % 2][u + 1]));
                high = fmax(high, other_lane(high, 1));
                high = fmax(high, other_lane(high, 2));
                const float zero = high == -INFINITY ? 0.0f : high * unit; // nothing seen: e^-inf, not e^(inf - inf)
                const float shrink = native_exp2(fma(top[u / 2], unit, -zero));
                top[u / 2] = high;
                float all = 0;
UNROLL
                for (int j = 0; j < STEP / 8; j++)
UNROLL
                    for (int i = u; i < u + 2; i++) {
                        const float p = native_exp2(fma(s[j / 2][j % 2][i], unit, -zero));
                        s[j / 2][j % 2][i] = p;
                        all += p;
                    }
                sum[u / 2] = fma(sum[u / 2], shrink, all);
UNROLL
                for (int c = 0; c < 2 * EC; c++) {
                    out[c][u] *= shrink;
                    out[c][u + 1] *= shrink;
                }
            }
UNROLL
            for (int j = 0; j < STEP / 16; j++) product(out, s[j], at_y, across, at + 16 * j);
        }
    }
    if (first + 16 * warp >= n) return;
    float inverse[2];
UNROLL
    for (int u = 0; u < 2; u++) {
        float all = sum[u];
        all += other_lane(all, 1);
        all += other_lane(all, 2);
        inverse[u] = all > 0 ? 1.0f / all : 0.0f;
        if ((lane & 3) == 0 && mine + 8 * u < n)
            lse[lse_at + (long)get_group_id(1) * n + mine + 8 * u] =
                    all > 0 ? fma(top[u], unit, log2(all)) * LN2 : 0.0f;
    }
    o += o_at + ((long)b * n * h + head) * E;
    store_rows(o, (long)h * E, out, mine, n, inverse[0], inverse[1], lane);
}

// One work-group OWN keys of one head: gk and gv [b h m e]. A lane's columns are queries here, its rows keys.
__kernel __attribute__((reqd_work_group_size(THREADS, 1, 1))) void attention_grad_keys(
        IN(float, q), IN(float, k), IN(float, v), IN(int, mask), IN(float, go), IN(float, lse), IN(float, delta),
        OUT(float, gk), OUT(float, gv), const uint h, const uint n, const uint m, const long8 strides,
        const long v_row, const float scale) {
    __local ushort xs[T * E] __attribute__((aligned(128)));
    __local ushort ys[T * E] __attribute__((aligned(128)));
    __local float logs[2 * T] __attribute__((aligned(128))); // lse in units of log2 and delta of each query
    PLACES;
    go += go_at + ((long)b * n * h + head) * E;
    lse += lse_at + (long)get_group_id(1) * n;
    delta += delta_at + (long)get_group_id(1) * n;
    const float unit = scale * LOG2E;
    load_rows(xs, k, strides.s5, first, m, OWN);
    load_rows(ys, v, v_row, first, m, OWN);
    barrier(CLK_LOCAL_MEM_FENCE);
    uint fk[EC][4], fv[EC][4];
UNROLL
    OWN_ROWS(fk, at_x);
UNROLL
    OWN_ROWS(fv, at_y);
    bool kept[2];
    kept[0] = mine < m && KEPT(mine);
    kept[1] = mine + 8 < m && KEPT(mine + 8);
    float sum_k[2 * EC][4], sum_v[2 * EC][4];
    clear(sum_k);
    clear(sum_v);
#ifdef CAUSAL
    for (uint n0 = first; n0 < n; n0 += T) {
#else
    for (uint n0 = 0; n0 < n; n0 += T) {
#endif
        barrier(CLK_LOCAL_MEM_FENCE);
        load_rows(xs, q, strides.s2, n0, n, T);
        load_rows(ys, go, (long)h * E, n0, n, T);
        for (uint r = get_local_id(0); r < T; r += THREADS) {
            logs[r] = n0 + r < n ? lse[n0 + r] * LOG2E : INFINITY; // queries that are none weigh nothing
            logs[T + r] = n0 + r < n ? delta[n0 + r] : 0;
        }
        barrier(CLK_LOCAL_MEM_FENCE);
        if (first + 16 * warp >= m) continue;
        for (uint at = 0; at < T && n0 + at < n; at += 16) {
            float s[2][4], gs[2][4];
UNROLL
            for (int i = 0; i < 4; i++) s[0][i] = s[1][i] = gs[0][i] = gs[1][i] = 0;
            scores(s, fk, at_x, along, at);
            scores(gs, fv, at_y, along, at);
UNROLL
            for (int j = 0; j < 2; j++)
UNROLL
                for (int i = 0; i < 4; i++) {
                    const uint r = at + 8 * j + (lane & 3) * 2 + (i & 1);
                    float p = native_exp2(fma(s[j][i], unit, -logs[r]));
#ifdef CAUSAL
                    p = kept[i / 2] && mine + (i & 2) * 4 <= n0 + r ? p : 0.0f;
#else
                    p = kept[i / 2] ? p : 0.0f;
#endif
                    s[j][i] = p;
                    gs[j][i] = p * (gs[j][i] - logs[T + r]);
                }
            product(sum_v, s, at_y, across, at);
            product(sum_k, gs, at_x, across, at);
        }
    }
    const long plane = (long)get_group_id(1) * m * E;
    store_rows(gk + gk_at + plane, E, sum_k, mine, m, scale, scale, lane);
    store_rows(gv + gv_at + plane, E, sum_v, mine, m, 1, 1, lane);
}

// One work-group OWN queries of one head: gq [b h n e].
__kernel __attribute__((reqd_work_group_size(THREADS, 1, 1))) void attention_grad_queries(
        IN(float, q), IN(float, k), IN(float, v), IN(int, mask), IN(float, go), IN(float, lse), IN(float, delta),
        OUT(float, gq), const uint h, const uint n, const uint m, const long8 strides, const long v_row,
        const float scale) {
    __local ushort xs[T * E] __attribute__((aligned(128)));
    __local ushort ys[T * E] __attribute__((aligned(128)));
    PLACES;
    go += go_at + ((long)b * n * h + head) * E;
    lse += lse_at + (long)get_group_id(1) * n;
    delta += delta_at + (long)get_group_id(1) * n;
    const float unit = scale * LOG2E;
    load_rows(xs, q, strides.s2, first, n, OWN);
    load_rows(ys, go, (long)h * E, first, n, OWN);
    barrier(CLK_LOCAL_MEM_FENCE);
    uint fq[EC][4], fg[EC][4];
UNROLL
    OWN_ROWS(fq, at_x);
UNROLL
    OWN_ROWS(fg, at_y);
    float logs[2], deltas[2];
UNROLL
    for (int u = 0; u < 2; u++) {
        logs[u] = mine + 8 * u < n ? lse[mine + 8 * u] * LOG2E : INFINITY;
        deltas[u] = mine + 8 * u < n ? delta[mine + 8 * u] : 0;
    }
    float sum[2 * EC][4];
    clear(sum);
#ifdef CAUSAL
    const uint end = min(m, first + OWN);
#else
    const uint end = m;
#endif
    for (uint m0 = 0; m0 < end; m0 += T) {
        barrier(CLK_LOCAL_MEM_FENCE);
        load_rows(xs, k, strides.s5, m0, m, T);
        load_rows(ys, v, v_row, m0, m, T);
        barrier(CLK_LOCAL_MEM_FENCE);
        if (first + 16 * warp >= n) continue;
        for (uint at = 0; at < T && m0 + at < end; at += 16) {
            float s[2][4], gs[2][4];
UNROLL
            for (int i = 0; i < 4; i++) s[0][i] = s[1][i] = gs[0][i] = gs[1][i] = 0;
            scores(s, fq, at_x, along, at);
            scores(gs, fg, at_y, along, at);
            const bool all = ALL_SEEN(m0 + at + 16);
UNROLL
            for (int j = 0; j < 2; j++)
UNROLL
                for (int i = 0; i < 4; i++) {
                    const uint key = m0 + at + 8 * j + (lane & 3) * 2 + (i & 1);
                    const float p = native_exp2(fma(s[j][i], unit, -logs[i / 2]));
                    gs[j][i] = all || SEES(mine + (i & 2) * 4, key) ? p * (gs[j][i] - deltas[i / 2]) : 0.0f;
                }
            product(sum, gs, at_x, across, at);
        }
    }
    store_rows(gq + gq_at + (long)get_group_id(1) * n * E, E, sum, mine, n, scale, scale, lane);
}
