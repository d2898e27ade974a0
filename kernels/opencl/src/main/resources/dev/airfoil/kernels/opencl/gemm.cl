// C = A B (+ bias, activation), summed in F32. 256 work-items (16 x 16) make a tile of BM x BN; each holds BM/16 x BN/16 sums in
// registers, in squares of 4 x 4 that lie 64 apart. Slices of BK = 16 along k go through two buffers of local memory:
// while one is multiplied, the next is on its way in registers. Options: TA (A is stored column by column), TB (B is
// stored row by row of its transpose), VA, VB, VC (rows begin at multiples of 4 numbers), RIGHT (how B is stored, if not
// as A), SCALE (a factor of each column of the sums), BIAS, ACT. Where k is split, the sums of its parts go to a workspace
// as they are, and split_sum adds them up in order. FETCH_RIGHT: what gives four neighbours of B that is not stored, see
// patches.cl.
#define BK 16
#define PITCH_A (BM + 4)
#define PITCH_B (BN + 4)
#define LOADS_A (BM * BK / 1024)
#define LOADS_B (BN * BK / 1024)
#define QM (BM / 64)
#define QN (BN / 64)

#ifndef RIGHT
#define RIGHT STORED
#endif

// Four neighbours of a row: zeros outside.
#define FETCHES(name, T) \
    inline float4 name( \
            __global const T *p, const long pitch, const uint row, const uint rows, const uint col, const uint cols, \
            const bool aligned) { \
        float4 v = (float4)(0); \
        if (row < rows && col < cols) { \
            p += (long)row * pitch + col; \
            if (aligned) { \
                v = LOAD4(T, p, 0); \
            } else { \
                v.x = LOAD(T, p, 0); \
                if (col + 1 < cols) v.y = LOAD(T, p, 1); \
                if (col + 2 < cols) v.z = LOAD(T, p, 2); \
                if (col + 3 < cols) v.w = LOAD(T, p, 3); \
            } \
        } \
        return v; \
    }
FETCHES(fetch, STORED)
#ifndef FETCH_RIGHT
#define FETCH_RIGHT fetch_right
FETCHES(fetch_right, RIGHT)
#endif
#ifdef TA
#define FETCH_A(i, k) fetch(a, lda, (k) + (tid + 256 * i) / (BM / 4), k1, m0 + (tid + 256 * i) % (BM / 4) * 4, m, VA)
#define STORE_A(i, to, v) \
    *(__local float4 *)(to + (tid + 256 * i) / (BM / 4) * PITCH_A + (tid + 256 * i) % (BM / 4) * 4) = v
#else
#define FETCH_A(i, k) fetch(a, lda, m0 + (tid + 256 * i) / (BK / 4), m, (k) + (tid + 256 * i) % (BK / 4) * 4, k1, VA)
#define STORE_A(i, to, v) \
    { \
        __local float *s = to + (tid + 256 * i) % (BK / 4) * 4 * PITCH_A + (tid + 256 * i) / (BK / 4); \
        s[0] = v.x; \
        s[PITCH_A] = v.y; \
        s[2 * PITCH_A] = v.z; \
        s[3 * PITCH_A] = v.w; \
    }
#endif
#ifdef TB
#define FETCH_B(i, k) \
    FETCH_RIGHT(b, ldb, n0 + (tid + 256 * i) / (BK / 4), n, (k) + (tid + 256 * i) % (BK / 4) * 4, k1, VB)
#define STORE_B(i, to, v) \
    { \
        __local float *s = to + (tid + 256 * i) % (BK / 4) * 4 * PITCH_B + (tid + 256 * i) / (BK / 4); \
        s[0] = v.x; \
        s[PITCH_B] = v.y; \
        s[2 * PITCH_B] = v.z; \
        s[3 * PITCH_B] = v.w; \
    }
#else
#define FETCH_B(i, k) \
    FETCH_RIGHT(b, ldb, (k) + (tid + 256 * i) / (BN / 4), k1, n0 + (tid + 256 * i) % (BN / 4) * 4, n, VB)
#define STORE_B(i, to, v) \
    *(__local float4 *)(to + (tid + 256 * i) / (BN / 4) * PITCH_B + (tid + 256 * i) % (BN / 4) * 4) = v
#endif

__kernel __attribute__((reqd_work_group_size(256, 1, 1))) void gemm(
        IN(STORED, a), IN(RIGHT, b), SCALES IN(PARAM, bias), OUT(RESULT, c), const uint m, const uint n, const uint k,
        const long lda, const long ldb, const long batch_a, const long batch_b, const uint tiles_n, const uint tiles,
        const uint batches, const uint k_part) {
    __local float as[2][BK * PITCH_A] __attribute__((aligned(16)));
    __local float bs[2][BK * PITCH_B] __attribute__((aligned(16)));
    const uint tid = get_local_id(0), tx = tid & 15, ty = tid >> 4;
    const uint tile = get_group_id(0) % tiles, batch = get_group_id(0) / tiles, part = get_group_id(1);
    const uint m0 = tile / tiles_n * BM, n0 = tile % tiles_n * BN;
    const uint k0 = part * k_part, k1 = min(k, k0 + k_part);
    a += a_at + batch * batch_a;
    b += b_at + batch * batch_b;
    c += c_at + ((long)part * batches + batch) * m * n;

    float4 sum[QM][4][QN];
UNROLL
    for (int i = 0; i < QM; i++)
UNROLL
        for (int u = 0; u < 4; u++)
UNROLL
            for (int j = 0; j < QN; j++) sum[i][u][j] = (float4)(0);

    float4 ra[LOADS_A], rb[LOADS_B];
UNROLL
    for (int i = 0; i < LOADS_A; i++) ra[i] = FETCH_A(i, k0);
UNROLL
    for (int i = 0; i < LOADS_B; i++) rb[i] = FETCH_B(i, k0);
    uint now = 0;
    for (uint at = k0; at < k1; at += BK) {
        __local float *pa = as[now], *pb = bs[now];
UNROLL
        for (int i = 0; i < LOADS_A; i++) STORE_A(i, pa, ra[i]);
UNROLL
        for (int i = 0; i < LOADS_B; i++) STORE_B(i, pb, rb[i]);
        barrier(CLK_LOCAL_MEM_FENCE); // the other buffer is still read until the next barrier, this one not any more
        if (at + BK < k1) {
UNROLL
            for (int i = 0; i < LOADS_A; i++) ra[i] = FETCH_A(i, at + BK);
UNROLL
            for (int i = 0; i < LOADS_B; i++) rb[i] = FETCH_B(i, at + BK);
        }
UNROLL
        for (int kk = 0; kk < BK; kk++) {
            float4 fa[QM], fb[QN];
UNROLL
            for (int i = 0; i < QM; i++) fa[i] = *(__local const float4 *)(pa + kk * PITCH_A + 64 * i + 4 * ty);
UNROLL
            for (int j = 0; j < QN; j++) fb[j] = *(__local const float4 *)(pb + kk * PITCH_B + 64 * j + 4 * tx);
UNROLL
            for (int i = 0; i < QM; i++)
UNROLL
                for (int j = 0; j < QN; j++) {
                    sum[i][0][j] = fma((float4)(fa[i].x), fb[j], sum[i][0][j]);
                    sum[i][1][j] = fma((float4)(fa[i].y), fb[j], sum[i][1][j]);
                    sum[i][2][j] = fma((float4)(fa[i].z), fb[j], sum[i][2][j]);
                    sum[i][3][j] = fma((float4)(fa[i].w), fb[j], sum[i][3][j]);
                }
        }
        now ^= 1;
    }

UNROLL
    for (int j = 0; j < QN; j++) {
        const uint col = n0 + 64 * j + 4 * tx;
        float4 factor = (float4)(1), add = (float4)(0);
#ifdef SCALE
        if (col < n) factor.x = scale[scale_at + col];
        if (col + 1 < n) factor.y = scale[scale_at + col + 1];
        if (col + 2 < n) factor.z = scale[scale_at + col + 2];
        if (col + 3 < n) factor.w = scale[scale_at + col + 3];
#endif
#ifdef BIAS
        if (col < n) add.x = LOAD(PARAM, bias, bias_at + col);
        if (col + 1 < n) add.y = LOAD(PARAM, bias, bias_at + col + 1);
        if (col + 2 < n) add.z = LOAD(PARAM, bias, bias_at + col + 2);
        if (col + 3 < n) add.w = LOAD(PARAM, bias, bias_at + col + 3);
#endif
UNROLL
        for (int i = 0; i < QM; i++)
UNROLL
            for (int u = 0; u < 4; u++) {
                const uint row = m0 + 64 * i + 4 * ty + u;
                float4 v = sum[i][u][j] * factor + add;
                v = (float4)(ACT(v.x), ACT(v.y), ACT(v.z), ACT(v.w));
                if (row < m && col < n) {
                    __global RESULT *p = c + (long)row * n + col;
#if VC
                    STORE4(RESULT, p, 0, v);
#else
                    STORE(RESULT, p, 0, v.x);
                    if (col + 1 < n) STORE(RESULT, p, 1, v.y);
                    if (col + 2 < n) STORE(RESULT, p, 2, v.z);
                    if (col + 3 < n) STORE(RESULT, p, 3, v.w);
#endif
                }
            }
    }
}

// The parts of a sum over k, added up in order.
__kernel void split_sum(
        IN(float, parts), SCALES IN(PARAM, bias), OUT(RESULT, c), const long size, const uint n, const uint count) {
    const size_t i = ITEM;
    if (i < size) {
        float sum = 0;
        for (uint p = 0; p < count; p++) sum += parts[parts_at + p * size + i];
#ifdef SCALE
        sum *= scale[scale_at + i % n];
#endif
#ifdef BIAS
        sum += LOAD(PARAM, bias, bias_at + i % n);
#endif
        STORE(RESULT, c, c_at + i, ACT(sum));
    }
}
