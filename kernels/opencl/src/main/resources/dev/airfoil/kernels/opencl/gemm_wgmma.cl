// gemm.cl for BF16 factors on Hopper. A work-group stays on its unit and takes its share of the work, tiles of BM x BN.
// One work-item, the porter, keeps slices of BK along k on their way into a ring of STAGES; two teams of 4 warps
// multiply them. If APART, each team has tiles of its own, and while one multiplies the other stores; else they share a
// tile, whose lower half is the second team's. Options as in gemm.cl: TA, TB, BIAS, ACT, VC (rows of c begin at
// multiples of 8 numbers). IMAGES: b is not stored, it is what a kernel of stride 1 sees of images [H W C], by the
// options of patches.cl. A row is a place of the kernel, then one of CHANNELS, a multiple of 64, as are the pixels of a
// line or of some lines.
#define BK 64
#ifdef APART
#define ROWS BM
#define READERS 4
#else
#define ROWS (BM / 2)
#define READERS 8
#endif
#define BANDS (ROWS / 64)
#define SIZE_A (BM * BK * 2)
#define STAGE (SIZE_A + BN * BK * 2)
#define GROUP 4

// Is an operand stored along k (k is its fast axis) or across?
#ifdef TA
#define TURNED_A 1
#else
#define TURNED_A 0
#endif
#ifdef TB
#define TURNED_B 0
#else
#define TURNED_B 1
#endif

typedef struct {
    uint m, n, k, end, batch, part;
} Work;

// Number i of the work: a tile of a matrix of the batch, and a part of k. Tiles that run together share rows and
// columns: groups of GROUP tiles down, all the way across.
inline Work work(
        const uint i, const uint tiles_n, const uint tiles, const uint batches, const uint k, const uint k_part) {
    const uint tile = i % tiles, rest = i / tiles, tiles_m = tiles / tiles_n, group = tile / (GROUP * tiles_n);
    const uint down = min((uint)GROUP, tiles_m - group * GROUP), within = tile - group * GROUP * tiles_n;
    Work w;
    w.m = (group * GROUP + within % down) * BM;
    w.n = within / down * BN;
    w.batch = rest % batches;
    w.part = rest / batches;
    w.k = w.part * k_part;
    w.end = min(k, w.k + k_part);
    return w;
}

#ifdef IMAGES
#define BOX (GW < 64 ? GW : 64)
inline void describe_images(__global void *map, __local uint *scratch, __global const void *p, const uint images) {
    describe(map, scratch, p, 4, (uint4)(CHANNELS, SW, SH, images), (uint4)(64, BOX, 64 / BOX, 1),
            (long4)(2L * CHANNELS, 2L * CHANNELS * SW, 2L * CHANNELS * SW * SH, 0));
}

// The squares of a slice of b: 64 of its rows from row on, pixels from pixel on.
inline void fetch_seen(
        const uint to, __global const void *map, const uint row, const uint pixel, const uint image, const uint bar) {
    const int place = row / CHANNELS, i = place / KW - TOP, j = place % KW - LEFT;
    const int x = pixel % GW, y = pixel / GW % GH;
#ifdef BACKWARDS
    fetch_block(to, map, row % CHANNELS, x - j, y - i, image + pixel / (GW * GH), bar);
#else
    fetch_block(to, map, row % CHANNELS, x + j, y + i, image + pixel / (GW * GH), bar);
#endif
}
#endif

// The squares of one operand's slice: x is a row of a or a column of b.
inline void fetch_slice(
        const uint to, __global const void *map, const bool turned, const uint size, const uint x, const uint k,
        const uint batch, const uint bar) {
UNROLL
    for (uint i = 0; i < size; i += 64)
        fetch_square(to + i * (SQUARE / 64), map, turned ? x + i : k, turned ? k : x + i, batch, bar);
}

// Stores the sums of four neighbouring squares of 8 columns, of which lane % 4 holds two columns each.
inline void store_squares_F32(__global F32 *row, const uint col, const uint n, const uint quarter, const float2 *v) {
UNROLL
    for (uint i = 0; i < 4; i++) {
        const uint at = col + 8 * i + 2 * quarter;
#ifdef VC
        if (at < n) *(__global float2 *)(row + at) = v[i];
#else
        if (at < n) row[at] = v[i].x;
        if (at + 1 < n) row[at + 1] = v[i].y;
#endif
    }
}
inline void store_squares_BF16(__global BF16 *row, const uint col, const uint n, const uint quarter, const float2 *v) {
    uint pairs[4];
UNROLL
    for (uint i = 0; i < 4; i++) pairs[i] = bf16x2(v[i].x, v[i].y);
#ifdef VC
    turn_quad(pairs, quarter);
    uint4 eight;
    eight.x = pairs[0];
    eight.y = pairs[1];
    eight.z = pairs[2];
    eight.w = pairs[3];
    if (col + 8 * quarter < n) *(__global uint4 *)(row + col + 8 * quarter) = eight;
#else
UNROLL
    for (uint i = 0; i < 4; i++) {
        const uint at = col + 8 * i + 2 * quarter;
        if (at < n) row[at] = pairs[i];
        if (at + 1 < n) row[at + 1] = pairs[i] >> 16;
    }
#endif
}

__kernel __attribute__((reqd_work_group_size(384, 1, 1))) void gemm(
        IN(BF16, a), IN(BF16, b), SCALES IN(PARAM, bias), OUT(RESULT, c), const uint m, const uint n, const uint k,
        const long lda, const long ldb, const long batch_a, const long batch_b, const uint tiles_n, const uint tiles,
        const uint batches, const uint k_part, const uint count, __global uchar *restrict maps, const long maps_at) {
    __local uchar ring[STAGES * STAGE] __attribute__((aligned(1024)));
    __local uint scratch[64] __attribute__((aligned(128)));
    __local ulong bars[2 * STAGES + 2]; // a slice of the ring has come; it has been read; a team's turn to multiply
    const uint tid = get_local_id(0), lane = tid & 31, warp = tid / 32, team = warp / 4, groups = get_num_groups(0);
    const uint at = local_address(ring), full = local_address(bars), empty = full + 8 * STAGES;
    const uint turn = empty + 8 * STAGES;
    __global uchar *map_a = maps + maps_at + 256 * get_group_id(0), *map_b = map_a + 128;

    if (tid == 0) {
        for (uint s = 0; s < STAGES; s++) {
            expect_arrivals(full + 8 * s, 1);
            expect_arrivals(empty + 8 * s, READERS);
        }
        expect_arrivals(turn, 4);
        expect_arrivals(turn + 8, 4);
        asm volatile("fence.mbarrier_init.release.cluster;" : : : "memory");
    }
    // An operand that all of the batch share is one matrix, whose number in the batch stays 0.
    if (warp == 8)
        describe_matrices(map_a, scratch, a + a_at, TURNED_A ? m : k, TURNED_A ? k : m, batch_a ? batches : 1, 2 * lda,
                2 * (batch_a ? batch_a : 8));
    if (warp == 9)
#ifdef IMAGES
        describe_images(map_b, scratch + 32, b + b_at, batch_b ? batches : k / (GW * GH));
#else
        describe_matrices(map_b, scratch + 32, b + b_at, TURNED_B ? n : k, TURNED_B ? k : n, batch_b ? batches : 1,
                2 * ldb, 2 * (batch_b ? batch_b : 8));
#endif
    barrier(CLK_LOCAL_MEM_FENCE);

    // The 4 warps around the porter leave their registers to the teams, which hold the sums.
    if (team == 2) {
        asm volatile(SM_90A "setmaxnreg.dec.sync.aligned.u32 40;" : : : "memory");
        if (lane == 0 && warp == 8) {
            use_description(map_a);
            use_description(map_b);
            uint stage = 0, phase = 1;
            for (uint i = get_group_id(0); i < count; i += groups) {
                const Work w = work(i, tiles_n, tiles, batches, k, k_part);
                for (uint kk = w.k; kk < w.end; kk += BK) {
                    const uint to = at + stage * STAGE, bar = full + 8 * stage;
                    await(empty + 8 * stage, phase);
                    arrive_and_expect_bytes(bar, STAGE);
                    fetch_slice(to, map_a, TURNED_A, BM, w.m, kk, batch_a ? w.batch : 0, bar);
#ifdef IMAGES
UNROLL
                    for (uint x = 0; x < BN; x += 64)
                        fetch_seen(to + SIZE_A + x * (SQUARE / 64), map_b, TURNED_B ? w.n + x : kk,
                                TURNED_B ? kk : w.n + x, batch_b ? w.batch : 0, bar);
#else
                    fetch_slice(to + SIZE_A, map_b, TURNED_B, BN, w.n, kk, batch_b ? w.batch : 0, bar);
#endif
                    if (++stage == STAGES) {
                        stage = 0;
                        phase ^= 1;
                    }
                }
            }
        }
        return;
    }
    asm volatile(SM_90A "setmaxnreg.inc.sync.aligned.u32 232;" : : : "memory");

    uint slice = 0; // how many slices of the ring have passed
    for (uint i = get_group_id(0), number = 0; i < count; i += groups, number++) {
        const Work w = work(i, tiles_n, tiles, batches, k, k_part);
        const uint slices = (w.end - w.k + BK - 1) / BK;
#ifdef APART
        if (number % 2 != team) {
            slice += slices;
            continue;
        }
        await(turn + 8 * team, (number / 2 + 1 + team) & 1); // the first team's first turn needs no waiting
        const uint m0 = w.m, from = at;
#else
        const uint m0 = w.m + team * ROWS, from = at + team * ROWS * BK * 2;
#endif
        float sum[BANDS][BN / 2];
UNROLL
        for (int q = 0; q < BANDS; q++)
UNROLL
            for (int j = 0; j < BN / 2; j++) sum[q][j] = 0;
        uint stage = slice % STAGES, phase = slice / STAGES & 1, last = 0;
        slice += slices;
        for (uint s = 0; s < slices; s++) {
            await(full + 8 * stage, phase);
            const ulong da = squares(from + stage * STAGE);
            const ulong db = squares(at + stage * STAGE + SIZE_A);
            sums_begin();
UNROLL
            for (int step = 0; step < BK / 16; step++)
UNROLL
                for (int q = 0; q < BANDS; q++)
                    MULTIPLY(BN, sum[q], da + step * K_STEP(TURNED_A) + q * SQUARE_STEP,
                            db + step * K_STEP(TURNED_B), TURNED_A, TURNED_B);
            sums_commit();
            SUMS_AWAIT(1);
            if (s > 0 && lane == 0) arrive(empty + 8 * last);
            last = stage;
            if (++stage == STAGES) {
                stage = 0;
                phase ^= 1;
            }
        }
#ifdef APART
        if (lane == 0) arrive(turn + 8 * (1 - team));
#endif
UNROLL
        for (int q = 0; q < BANDS; q++) SUMS_READY(0, BN, sum[q]);
        if (lane == 0) arrive(empty + 8 * last);

        __global RESULT *to = c + c_at + ((long)w.part * batches + w.batch) * m * n;
UNROLL
        for (int j = 0; j < BN / 8; j += 4) {
            float2 factor[4], add[4];
UNROLL
            for (int i = 0; i < 4; i++) {
                const uint col = w.n + 8 * (j + i) + lane % 4 * 2;
                factor[i] = 1;
                add[i] = 0;
#ifdef SCALE
                if (col < n) factor[i].x = scale[scale_at + col];
                if (col + 1 < n) factor[i].y = scale[scale_at + col + 1];
#endif
#ifdef BIAS
                if (col < n) add[i].x = LOAD(PARAM, bias, bias_at + col);
                if (col + 1 < n) add[i].y = LOAD(PARAM, bias, bias_at + col + 1);
#endif
            }
UNROLL
            for (int r = 0; r < 2 * BANDS; r++) {
                const uint row = m0 + 8 * (8 * (r / 2) + r % 2) + warp % 4 * 16 + lane / 4;
                float2 v[4];
UNROLL
                for (int i = 0; i < 4; i++) {
                    v[i].x = ACT(sum[r / 2][4 * (j + i) + r % 2 * 2] * factor[i].x + add[i].x);
                    v[i].y = ACT(sum[r / 2][4 * (j + i) + r % 2 * 2 + 1] * factor[i].y + add[i].y);
                }
                TYPED(store_squares_, RESULT)(to + (long)row * n, w.n + 8 * j, row < m ? n : 0, lane % 4, v);
            }
        }
    }
}
