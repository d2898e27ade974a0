// gemm.cl on NVIDIA's tensor cores (compute capability 8.0 on): the same kernels, arguments and options. Factors in F32
// are rounded to BF16 on their way to local memory, those in BF16 (WORDS) only moved; the sums stay F32. WARPS_M x WARPS_N = 8 warps
// share a tile of BM x BN; each holds squares of 16 x 8 sums. Slices of BK = 32 along k go through two buffers of local
// memory: while one is multiplied, the next is on its way in registers.
#define BK 32
#define WM (BM / WARPS_M)
#define WN (BN / WARPS_N)
#define QM (WM / 16)
#define QN (WN / 16)
#define LOADS_A (BM / 32)
#define LOADS_B (BN / 32)
#define GROUP 8

// Is an operand stored along k (k is its fast axis) or across?
#ifdef TA
#define A_ALONG 0
#define SIZE_A (BK * (BM + 8))
#else
#define A_ALONG 1
#define SIZE_A (BK * BM)
#endif
#ifdef TB
#define B_ALONG 1
#define SIZE_B (BK * BN)
#else
#define B_ALONG 0
#define SIZE_B (BK * (BN + 8))
#endif

// Where (x, k) of a tile of `size` by BK lies in local memory, so that neither the stores nor ldmatrix meet a bank
// twice. Stored along k: rows of 32 whose four groups of 8 are permuted by the row; across: 8 unused at each row's end.
inline uint spot(const bool along, const uint size, const uint x, const uint k) {
    return along ? x * BK + (((k >> 3) ^ ((x >> 1) & 3)) << 3) + (k & 7) : k * (size + 8) + x;
}

// The i-th group of four neighbours that work-item tid carries: its place in the tile.
inline uint load_x(const bool along, const uint size, const uint e) { return along ? e / 8 : e % (size / 4) * 4; }
inline uint load_k(const bool along, const uint size, const uint e) { return along ? e % 8 * 4 : e / (size / 4); }

// Four neighbours of a row as they are stored (words in pairs): zeros outside.
#ifdef WORDS
typedef uint2 four;
#else
typedef float4 four;
#endif
inline four fetch(
        __global const STORED *p, const long pitch, const uint row, const uint rows, const uint col, const uint cols,
        const bool aligned) {
    four v = (four)(0);
    if (row < rows && col < cols) {
        p += (long)row * pitch + col;
        if (aligned) return *(__global const four *)p;
#ifdef WORDS
        v.x = p[0];
        if (col + 1 < cols) v.x |= (uint)p[1] << 16;
        if (col + 2 < cols) v.y = p[2];
        if (col + 3 < cols) v.y |= (uint)p[3] << 16;
#else
        v.x = p[0];
        if (col + 1 < cols) v.y = p[1];
        if (col + 2 < cols) v.z = p[2];
        if (col + 3 < cols) v.w = p[3];
#endif
    }
    return v;
}

inline four fetch_xk(
        const bool along, __global const STORED *p, const long pitch, const uint x, const uint xs, const uint k,
        const uint ks, const bool aligned) {
    return along ? fetch(p, pitch, x, xs, k, ks, aligned) : fetch(p, pitch, k, ks, x, xs, aligned);
}

inline void keep(__local ushort *to, const four v) {
#ifdef WORDS
    *(__local uint2 *)to = v;
#else
    *(__local uint2 *)to = (uint2)(bf16x2(v.x, v.y), bf16x2(v.z, v.w));
#endif
}

#define FETCH_A(i, at) \
    fetch_xk(A_ALONG, a, lda, m0 + load_x(A_ALONG, BM, tid + 256 * i), m, \
            (at) + load_k(A_ALONG, BM, tid + 256 * i), k1, VA)
#define FETCH_B(i, at) \
    fetch_xk(B_ALONG, b, ldb, n0 + load_x(B_ALONG, BN, tid + 256 * i), n, \
            (at) + load_k(B_ALONG, BN, tid + 256 * i), k1, VB)
#define STORE_A(i, to) \
    keep(to + spot(A_ALONG, BM, load_x(A_ALONG, BM, tid + 256 * i), load_k(A_ALONG, BM, tid + 256 * i)), ra[i])
#define STORE_B(i, to) \
    keep(to + spot(B_ALONG, BN, load_x(B_ALONG, BN, tid + 256 * i), load_k(B_ALONG, BN, tid + 256 * i)), rb[i])

__kernel __attribute__((reqd_work_group_size(256, 1, 1))) void gemm(
        IN(STORED, a), IN(STORED, b), SCALES IN(PARAM, bias), OUT(RESULT, c), const uint m, const uint n, const uint k,
        const long lda, const long ldb, const long batch_a, const long batch_b, const uint tiles_n, const uint tiles,
        const uint batches, const uint k_part) {
    __local ushort as[2 * SIZE_A] __attribute__((aligned(128)));
    __local ushort bs[2 * SIZE_B] __attribute__((aligned(128)));
    const uint tid = get_local_id(0), lane = tid & 31, warp = tid >> 5;
    const uint wm = warp / WARPS_N * WM, wn = warp % WARPS_N * WN;
    // Tiles that run together share rows and columns: groups of 8 tiles down, all the way across.
    const uint tile = get_group_id(0) % tiles, batch = get_group_id(0) / tiles, part = get_group_id(1);
    const uint tiles_m = tiles / tiles_n, group = tile / (GROUP * tiles_n);
    const uint down = min((uint)GROUP, tiles_m - group * GROUP), within = tile - group * GROUP * tiles_n;
    const uint m0 = (group * GROUP + within % down) * BM, n0 = within / down * BN;
    const uint k0 = part * k_part, k1 = min(k, k0 + k_part);
    a += a_at + batch * batch_a;
    b += b_at + batch * batch_b;
    c += c_at + ((long)part * batches + batch) * m * n;

    float sum[QM][2 * QN][4];
UNROLL
    for (int i = 0; i < QM; i++)
UNROLL
        for (int j = 0; j < 2 * QN; j++)
UNROLL
            for (int e = 0; e < 4; e++) sum[i][j][e] = 0;

    // Where this lane's row of a 16 x 16 square lies, for both halves of a slice.
    const uint lane_x = lane & 15, lane_k = lane >> 4 << 3;
    const uint across_x = lane & 8, across_k = (lane & 7) + (lane >> 4 << 3);
    const uint at_a = local_address(as), at_b = local_address(bs);
    uint from_a[2], from_b[2];
UNROLL
    for (int h = 0; h < 2; h++) {
        from_a[h] = at_a + 2 * (A_ALONG ? spot(1, BM, wm + lane_x, 16 * h + lane_k)
                                        : spot(0, BM, wm + across_x, 16 * h + across_k));
        from_b[h] = at_b + 2 * (B_ALONG ? spot(1, BN, wn + lane_x, 16 * h + lane_k)
                                        : spot(0, BN, wn + across_x, 16 * h + across_k));
    }

    four ra[LOADS_A], rb[LOADS_B];
UNROLL
    for (int i = 0; i < LOADS_A; i++) ra[i] = FETCH_A(i, k0);
UNROLL
    for (int i = 0; i < LOADS_B; i++) rb[i] = FETCH_B(i, k0);
    uint now = 0;
    for (uint at = k0; at < k1; at += BK) {
UNROLL
        for (int i = 0; i < LOADS_A; i++) STORE_A(i, as + now * SIZE_A);
UNROLL
        for (int i = 0; i < LOADS_B; i++) STORE_B(i, bs + now * SIZE_B);
        barrier(CLK_LOCAL_MEM_FENCE); // the other buffer is still read until the next barrier, this one not any more
        if (at + BK < k1) {
UNROLL
            for (int i = 0; i < LOADS_A; i++) ra[i] = FETCH_A(i, at + BK);
UNROLL
            for (int i = 0; i < LOADS_B; i++) rb[i] = FETCH_B(i, at + BK);
        }
UNROLL
        for (int h = 0; h < 2; h++) {
            uint fb[QN][4];
UNROLL
            for (int j = 0; j < QN; j++)
                load_square(B_ALONG, fb[j], from_b[h] + 2 * (now * SIZE_B + 16 * j * (B_ALONG ? BK : 1)));
UNROLL
            for (int i = 0; i < QM; i++) {
                uint fa[4];
                load_square(A_ALONG, fa, from_a[h] + 2 * (now * SIZE_A + 16 * i * (A_ALONG ? BK : 1)));
UNROLL
                for (int j = 0; j < QN; j++) {
                    multiply(sum[i][2 * j], fa, fb[j][0], fb[j][2]);
                    multiply(sum[i][2 * j + 1], fa, fb[j][1], fb[j][3]);
                }
            }
        }
        now ^= 1;
    }

UNROLL
    for (int j = 0; j < 2 * QN; j++) {
        const uint col = n0 + wn + 8 * j + (lane & 3) * 2;
        float2 factor = 1, add = 0;
#ifdef SCALE
        if (col < n) factor.x = scale[scale_at + col];
        if (col + 1 < n) factor.y = scale[scale_at + col + 1];
#endif
#ifdef BIAS
        if (col < n) add.x = LOAD(PARAM, bias, bias_at + col);
        if (col + 1 < n) add.y = LOAD(PARAM, bias, bias_at + col + 1);
#endif
UNROLL
        for (int i = 0; i < QM; i++)
UNROLL
            for (int u = 0; u < 2; u++) {
                const uint row = m0 + wm + 16 * i + 8 * u + (lane >> 2);
                float2 v;
                v.x = sum[i][j][2 * u] * factor.x + add.x;
                v.y = sum[i][j][2 * u + 1] * factor.y + add.y;
                v.x = ACT(v.x);
                v.y = ACT(v.y);
                if (row < m && col < n) {
                    __global RESULT *p = c + (long)row * n + col;
#if VC && defined(NARROW)
                    *(__global uint *)p = bf16x2(v.x, v.y);
#elif VC
                    *(__global float2 *)p = v;
#else
                    STORE(RESULT, p, 0, v.x);
                    if (col + 1 < n) STORE(RESULT, p, 1, v.y);
#endif
                }
            }
    }
}
