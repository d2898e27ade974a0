// Attention of BF16 tensors on NVIDIA's tensor cores (compute capability 8.0 on), for head widths E of 32, 64 and 128
// and rows that begin at multiples of 8 numbers. Sums and softmax are F32; weights and the scores' gradients are
// rounded to BF16 where they enter a product.
// A work-group of WARPS warps owns 16 WARPS rows (queries, or keys in attention_grad_keys), 16 a warp, and walks over
// tiles of T rows of the other side: while one is used, the next is on its way to local memory. Scores never leave
// registers: the sums of one product are laid out as the left factor of the next. Options: E, T (a multiple of 16),
// WARPS (of 4 with HOPPER, where 4 warps multiply together); MASK, CAUSAL; LIMITED where registers are, which NVIDIA's
// compiler heeds only if the kernel does not name the size of its groups.
#define THREADS (32 * WARPS)
#define OWN (16 * WARPS)
#ifdef LIMITED
#define GROUP
#else
#define GROUP __attribute__((reqd_work_group_size(THREADS, 1, 1)))
#endif
#define LOG2E 1.4426950408889634f
#define LN2 0.6931471805599453f

// ---- tiles: E / PANEL panels, one behind the other, of rows of PITCH bytes. The octets (8 numbers) of a row are
// permuted by the row, so that those of 8 rows meet no bank twice; so do tensor cores expect it.
#define PANEL (E < 64 ? E : 64)
#define PITCH (2 * PANEL)
#define OCTETS (PANEL / 8)
#define TILE(rows) (2 * E * (rows))

// Where octet c of a row lies in a tile of `rows`, in bytes.
inline uint spot(const uint rows, const uint row, const uint c) {
    return (c / OCTETS * rows + row) * PITCH + ((c % OCTETS ^ row * PITCH / 128 % OCTETS) << 4);
}

// Asks for rows first .. first + count of p, zeros behind the last of `rows`.
inline void fetch(
        const uint tile, const uint count, __global const ushort *p, const long pitch, const uint first,
        const uint rows) {
UNROLL
    for (uint i = 0; i < count * (E / 8); i += THREADS) {
        const uint x = i + get_local_id(0), r = x / (E / 8), c = x % (E / 8), row = first + r;
        if (r < count) copy_16(tile + spot(count, r, c), p + min(row, rows - 1) * pitch + 8 * c, row < rows);
    }
}

// [16][T] as left factors.
inline void pack(uint w[T / 16][4], const float s[T / 2]) {
UNROLL
    for (int i = 0; i < T / 4; i++) w[i / 4][i % 4] = bf16x2(s[2 * i], s[2 * i + 1]);
}

// ---- the two products: scores makes s [16][T] of each warp from its rows at `own` [16][E] and a tile [T][E]; product
// adds w [16][T] times a tile [T][E] to its sums [16][E].
#ifdef HOPPER
// Four warps multiply together, and go on with other work until SUMS_READY.
#define OWN_ROWS(warp) ((warp) / 4 * 64)
inline ulong told(const uint at, const uint rows) {
    // where; the bytes from panel to panel; those from 8 rows to the next; how octets are permuted
    return (ulong)(at >> 4) | (ulong)(rows * PITCH >> 4) << 16 | (ulong)(8 * PITCH >> 4) << 32
            | (ulong)(PITCH == 128 ? 1 : 2) << 62;
}
inline uint column(const uint rows, const uint c) { return c / (PANEL / 16) * rows * PITCH + c % (PANEL / 16) * 32; }

inline void scores(float s[T / 2], const uint own, const uint tile, const uint lane) {
    SUMS_GIVEN(T, s);
UNROLL
    for (int c = 0; c < E / 16; c++) {
        const ulong a = told(own + column(OWN, c), OWN), b = told(tile + column(T, c), T);
        if (c == 0)
            MULTIPLY_FIRST(T, s, a, b);
        else
            MULTIPLY(T, s, a, b, 0, 0);
    }
    sums_commit();
}

inline void product(float sums[E / 2], uint w[T / 16][4], const uint tile, const uint lane) {
    SUMS_GIVEN(E, sums);
UNROLL
    for (int j = 0; j < T / 16; j++) MULTIPLY_OWN(E, sums, w[j], told(tile + 16 * PITCH * j, T));
    sums_commit();
}
#else
#define OWN_ROWS(warp) ((warp) * 16)
#define SUMS_READY(left, N, s)
inline void tiles_written(void) {}

// Columns 16 c on of 16 rows from `row` on of a tile of `rows`.
inline void square(
        const bool along, uint f[4], const uint tile, const uint rows, const uint row, const uint c, const uint lane) {
    const uint r = along ? lane & 15 : (lane & 7) + (lane >> 4 << 3), g = along ? lane >> 4 : lane >> 3 & 1;
    load_square(along, f, tile + spot(rows, row + r, 2 * c + g));
}

inline void scores(float s[T / 2], const uint own, const uint tile, const uint lane) {
UNROLL
    for (int i = 0; i < T / 2; i++) s[i] = 0;
UNROLL
    for (int c = 0; c < E / 16; c++) {
        uint a[4];
        square(1, a, own, OWN, 0, c, lane);
UNROLL
        for (int j = 0; j < T / 16; j++) {
            uint f[4];
            square(1, f, tile, T, 16 * j, c, lane);
            multiply(s + 8 * j, a, f[0], f[2]);
            multiply(s + 8 * j + 4, a, f[1], f[3]);
        }
    }
}

inline void product(float sums[E / 2], uint w[T / 16][4], const uint tile, const uint lane) {
UNROLL
    for (int j = 0; j < T / 16; j++)
UNROLL
        for (int c = 0; c < E / 16; c++) {
            uint f[4];
            square(0, f, tile, T, 16 * j, c, lane);
            multiply(sums + 8 * c, w[j], f[0], f[2]);
            multiply(sums + 8 * c + 4, w[j], f[1], f[3]);
        }
}
#endif

// This warp's rows of sums, times a factor for rows 0-7 and 8-15 each, through its own rows at `own` of a tile to rows
// `row` on of p.
inline void store_rows(
        __global ushort *p, const long pitch, const float sums[E / 2], const float f0, const float f1, const uint own,
        const uint row, const uint rows, const uint lane) {
UNROLL
    for (int c = 0; c < E / 8; c++) {
        put(own + spot(OWN, lane / 4, c) + lane % 4 * 4, bf16x2(sums[4 * c] * f0, sums[4 * c + 1] * f0));
        put(own + spot(OWN, lane / 4 + 8, c) + lane % 4 * 4, bf16x2(sums[4 * c + 2] * f1, sums[4 * c + 3] * f1));
    }
    lanes_meet();
UNROLL
    for (int i = 0; i < 16 * (E / 8); i += 32) {
        const uint r = (i + lane) / (E / 8), c = (i + lane) % (E / 8);
        if (row + r < rows) *(__global uint4 *)(p + (row + r) * pitch + 8 * c) = get4(own + spot(OWN, r, c));
    }
}

// ---- two stages in local memory: two tiles, and behind them at most 1024 bytes of what else is known of their rows
#define KNOWN (2 * TILE(T))
#define STAGE (KNOWN + 1024)
#define SWAP(x, y) { const uint was = x; x = y; y = was; }

// Keys m0 on, their values, and whether the mask keeps them.
#ifdef MASK
#define FETCH_MASK(to, m0) \
    for (uint r = get_local_id(0); r < T; r += THREADS) \
        copy_4((to) + KNOWN + 4 * r, mask + min((m0) + r, m - 1), (m0) + r < m)
#define KEPT(tile, c, key) (get((tile) + KNOWN + 4 * (c)) != 0)
#else
#define FETCH_MASK(to, m0)
#define KEPT(tile, c, key) ((key) < m)
#endif
#define FETCH_KEYS(to, m0) \
    fetch(to, T, k, strides.s5, m0, m); \
    fetch((to) + TILE(T), T, v, v_row, m0, m); \
    FETCH_MASK(to, m0)

// Which of a tile's keys are to be seen, by words of 32, of which a lane's first column is bit 0; all? The causal edge
// is another matter.
#define WORDS ((T + 31) / 32)
inline bool seen(uint words[WORDS], const uint tile, const uint m0, const uint m, const uint lane) {
    uint all = ~0u;
UNROLL
    for (int i = 0; i < WORDS; i++) {
        const uint c = 32 * i + lane;
        words[i] = ballot(c >= T || KEPT(tile, c, m0 + c));
        all &= words[i];
        words[i] >>= lane % 4 * 2;
    }
    return all == ~0u;
}
// Number i of a lane's scores: its row beside the lane's first, its column beside the lane's first, is it to be seen?
#define ROW(i) ((i) / 2 % 2 * 8)
#define COLUMN(i) ((i) / 4 * 8 + (i) % 2)
#define BIT(words, i) (words[COLUMN(i) / 32] >> COLUMN(i) % 32 & 1)
#ifdef CAUSAL
#define BEFORE(row, key) ((key) <= (row))
#define END_OF_KEYS min(m, first + OWN)
#define FIRST_QUERY first
#else
#define BEFORE(row, key) 1
#define END_OF_KEYS m
#define FIRST_QUERY 0
#endif

// What is not to be seen becomes `value`; of rows `mine` on, keys `key` on.
inline void hide(float s[T / 2], const uint words[WORDS], const float value, const uint mine, const uint key) {
UNROLL
    for (int i = 0; i < T / 2; i++)
        if (!(BIT(words, i) && BEFORE(mine + ROW(i), key + COLUMN(i)))) s[i] = value;
}

inline void clear(float sums[E / 2]) {
UNROLL
    for (int i = 0; i < E / 2; i++) sums[i] = 0;
}

// Over the four lanes that share a row.
inline float row_sum(float x) {
    x += other_lane(x, 1);
    return x + other_lane(x, 2);
}

#define PLACES \
    const uint lane = get_local_id(0) & 31, warp = get_local_id(0) >> 5, head = get_group_id(1) % h, \
               b = get_group_id(1) / h, first = get_group_id(0) * OWN, row = first + 16 * warp, \
               mine = row + lane / 4; \
    q += q_at + b * strides.s0 + head * strides.s1; \
    k += k_at + b * strides.s3 + head * strides.s4; \
    v += v_at + b * strides.s6 + head * strides.s7; \
    mask += mask_at + (long)b * m; \
    const uint at = local_address(memory)

// Everything asked for has come, for all; nobody uses the other tiles any more. (Before the end too: who has nothing to
// walk over must not store into what is still coming.)
#define TILES_COME \
    copies_done(); \
    tiles_written(); \
    barrier(CLK_LOCAL_MEM_FENCE)

// Scores to weights 2^(unit s - top), added to sum, for a lane's two rows. top, in the same units of log2, follows the
// largest score only where that rose by 8: what was summed before must then shrink. Must any lane's?
inline bool soften(float s[T / 2], float top[2], float sum[2], float shrink[2], const float unit) {
    bool rose = 0;
UNROLL
    for (int u = 0; u < 2; u++) {
        float high = s[2 * u];
UNROLL
        for (int i = 2 * u; i < T / 2; i += 4) high = fmax(high, fmax(s[i], s[i + 1]));
        high = fmax(high, other_lane(high, 1));
        high = fmax(high, other_lane(high, 2)) * unit;
        const bool higher = high > top[u] + 8;
        const float now = higher ? high : top[u], zero = now == -INFINITY ? 0.0f : now; // nothing seen: e^-inf
        shrink[u] = power_of_two(top[u] - zero);
        if (!higher) shrink[u] = 1;
        top[u] = now;
        rose |= higher;
        float more = 0;
UNROLL
        for (int i = 2 * u; i < T / 2; i += 4) {
            s[i] = power_of_two(fma(s[i], unit, -zero));
            s[i + 1] = power_of_two(fma(s[i + 1], unit, -zero));
            more += s[i] + s[i + 1];
        }
        sum[u] = fma(sum[u], shrink[u], more);
    }
    return ballot(rose) != 0;
}

// One work-group OWN queries of one head: o [b n h e], lse [b h n].
__kernel GROUP void attention(
        IN(ushort, q), IN(ushort, k), IN(ushort, v), IN(int, mask), OUT(ushort, o), OUT(float, lse), const uint h,
        const uint n, const uint m, const long8 strides, const long v_row, const float scale) {
    __local uint4 memory[(TILE(OWN) + 2 * STAGE) / 16] __attribute__((aligned(1024)));
    PLACES;
    const uint own = at + OWN_ROWS(warp) * PITCH;
    uint tile = at + TILE(OWN), next = tile + STAGE; // keys, values, mask
    const float unit = scale * LOG2E; // scores in units of log2, so that 2^x will do
    fetch(at, OWN, q, strides.s2, first, n);
    FETCH_KEYS(tile, 0);
    float out[E / 2], top[2], sum[2], shrink[2];
    clear(out);
    top[0] = top[1] = -INFINITY;
    sum[0] = sum[1] = 0;
    for (uint m0 = 0; m0 < END_OF_KEYS; m0 += T) {
        TILES_COME;
        if (m0 + T < END_OF_KEYS) {
            FETCH_KEYS(next, m0 + T);
        }
        float s[T / 2];
        scores(s, own, tile, lane);
        uint words[WORDS];
        const bool all = seen(words, tile, m0, m, lane) && BEFORE(row, m0 + T - 1);
        SUMS_READY(0, T, s);
        if (!all) hide(s, words, -INFINITY, mine, m0 + lane % 4 * 2);
        if (soften(s, top, sum, shrink, unit)) {
UNROLL
            for (int i = 0; i < E / 2; i++) out[i] *= shrink[i / 2 % 2];
        }
        uint w[T / 16][4];
        pack(w, s);
        product(out, w, tile + TILE(T), lane);
        SUMS_READY(0, E, out);
        SWAP(tile, next);
    }
    float inverse[2];
UNROLL
    for (int u = 0; u < 2; u++) {
        const float all = row_sum(sum[u]);
        inverse[u] = all > 0 ? 1.0f / all : 0.0f;
        if (lane % 4 == 0 && mine + 8 * u < n)
            lse[lse_at + (long)get_group_id(1) * n + mine + 8 * u] = all > 0 ? (top[u] + log2(all)) * LN2 : 0.0f;
    }
    TILES_COME;
    store_rows(
            o + o_at + ((long)b * n * h + head) * E, (long)h * E, out, inverse[0], inverse[1], at + 16 * warp * PITCH,
            row, n, lane);
}

// A lane's part of the sum over e of o go of one row.
inline float quarter_dot(__global const ushort *o, __global const ushort *go, const uint lane) {
    float sum = 0;
UNROLL
    for (int c = 0; c < E / 4; c += 8) {
        const uint4 x = *(__global const uint4 *)(o + lane % 4 * (E / 4) + c);
        const uint4 y = *(__global const uint4 *)(go + lane % 4 * (E / 4) + c);
        sum = dot_pair(x.x, y.x, dot_pair(x.y, y.y, dot_pair(x.z, y.z, dot_pair(x.w, y.w, sum))));
    }
    return sum;
}

// One work-group OWN queries of one head: gq [b h n e], and rows [b h n 2], what attention_grad_keys must know of a
// query: lse in units of log2, and delta, the sum over e of o go.
__kernel GROUP void attention_grad_queries(
        IN(ushort, q), IN(ushort, k), IN(ushort, v), IN(int, mask), IN(ushort, o), IN(float, lse), IN(ushort, go),
        OUT(ushort, gq), OUT(float, rows), const uint h, const uint n, const uint m, const long8 strides,
        const long v_row, const float scale) {
    __local uint4 memory[(2 * TILE(OWN) + 2 * STAGE) / 16] __attribute__((aligned(1024)));
    PLACES;
    const uint own = at + OWN_ROWS(warp) * PITCH;
    uint tile = at + 2 * TILE(OWN), next = tile + STAGE; // keys, values, mask
    const long plane = (long)get_group_id(1) * n, token = ((long)b * n * h + head) * E;
    const float unit = scale * LOG2E;
    fetch(at, OWN, q, strides.s2, first, n);
    fetch(at + TILE(OWN), OWN, go + go_at + token, (long)h * E, first, n);
    FETCH_KEYS(tile, 0);
    float logs[2], deltas[2];
UNROLL
    for (int u = 0; u < 2; u++) {
        const uint r = min(mine + 8 * u, n - 1);
        const long from = token + (long)r * h * E;
        logs[u] = lse[lse_at + plane + r] * LOG2E;
        deltas[u] = row_sum(quarter_dot(o + o_at + from, go + go_at + from, lane));
        if (lane % 4 == 0 && mine + 8 * u < n) {
            rows[rows_at + 2 * (plane + r)] = logs[u];
            rows[rows_at + 2 * (plane + r) + 1] = deltas[u];
        }
    }
    float sum[E / 2];
    clear(sum);
    for (uint m0 = 0; m0 < END_OF_KEYS; m0 += T) {
        TILES_COME;
        if (m0 + T < END_OF_KEYS) {
            FETCH_KEYS(next, m0 + T);
        }
        float s[T / 2], gs[T / 2];
        scores(s, own, tile, lane);
        scores(gs, own + TILE(OWN), tile + TILE(T), lane);
        uint words[WORDS];
        const bool all = seen(words, tile, m0, m, lane) && BEFORE(row, m0 + T - 1);
        SUMS_READY(1, T, s);
UNROLL
        for (int i = 0; i < T / 2; i++) s[i] = power_of_two(fma(s[i], unit, -logs[i / 2 % 2]));
        if (!all) hide(s, words, 0, mine, m0 + lane % 4 * 2);
        SUMS_READY(0, T, gs);
UNROLL
        for (int i = 0; i < T / 2; i++) s[i] *= gs[i] - deltas[i / 2 % 2];
        uint w[T / 16][4];
        pack(w, s);
        product(sum, w, tile, lane);
        SUMS_READY(0, E, sum);
        SWAP(tile, next);
    }
    TILES_COME;
    store_rows(gq + gq_at + plane * E, E, sum, scale, scale, at + 16 * warp * PITCH, row, n, lane);
}

// One work-group OWN keys of one head: gk and gv [b h m e]. A lane's columns are queries here, its rows keys.
__kernel GROUP void attention_grad_keys(
        IN(ushort, q), IN(ushort, k), IN(ushort, v), IN(int, mask), IN(ushort, go), IN(float, rows), OUT(ushort, gk),
        OUT(ushort, gv), const uint h, const uint n, const uint m, const long8 strides, const long v_row,
        const float scale) {
    __local uint4 memory[(2 * TILE(OWN) + 2 * STAGE) / 16] __attribute__((aligned(1024)));
    PLACES;
    const uint own = at + OWN_ROWS(warp) * PITCH;
    uint tile = at + 2 * TILE(OWN), next = tile + STAGE; // queries, gradients, and what `rows` has of them
    const float unit = scale * LOG2E;
    go += go_at + ((long)b * n * h + head) * E;
    rows += rows_at + (long)get_group_id(1) * n * 2;
    fetch(at, OWN, k, strides.s5, first, m);
    fetch(at + TILE(OWN), OWN, v, v_row, first, m);
#define FETCH_QUERIES(to, n0) \
    fetch(to, T, q, strides.s2, n0, n); \
    fetch((to) + TILE(T), T, go, (long)h * E, n0, n); \
    for (uint r = get_local_id(0); r < T; r += THREADS) \
        copy_8((to) + KNOWN + 8 * r, rows + 2 * min((n0) + r, n - 1), (n0) + r < n)
    FETCH_QUERIES(tile, FIRST_QUERY);
    float sum_k[E / 2], sum_v[E / 2];
    clear(sum_k);
    clear(sum_v);
    for (uint n0 = FIRST_QUERY; n0 < n; n0 += T) {
        TILES_COME;
        if (n0 + T < n) {
            FETCH_QUERIES(next, n0 + T);
        }
        float s[T / 2], gs[T / 2];
        scores(s, own, tile, lane);
        scores(gs, own + TILE(OWN), tile + TILE(T), lane);
        SUMS_READY(1, T, s);
        // Queries behind the last have weights, but zeros for gradients.
UNROLL
        for (int j = 0; j < T / 8; j++) {
            const uint4 r = get4(tile + KNOWN + 64 * j + lane % 4 * 16);
UNROLL
            for (int i = 4 * j; i < 4 * j + 4; i++)
                s[i] = power_of_two(fma(s[i], unit, -as_float(i % 2 ? r.z : r.x)));
        }
#ifdef CAUSAL
        if (n0 < row + 15) {
UNROLL
            for (int i = 0; i < T / 2; i++)
                if (!BEFORE(n0 + lane % 4 * 2 + COLUMN(i), mine + ROW(i))) s[i] = 0;
        }
#endif
        uint w[T / 16][4];
        pack(w, s);
        product(sum_v, w, tile + TILE(T), lane);
        SUMS_READY(1, T, gs);
UNROLL
        for (int j = 0; j < T / 8; j++) {
            const uint4 r = get4(tile + KNOWN + 64 * j + lane % 4 * 16);
UNROLL
            for (int i = 4 * j; i < 4 * j + 4; i++) gs[i] = s[i] * (gs[i] - as_float(i % 2 ? r.w : r.y));
        }
        uint x[T / 16][4];
        pack(x, gs);
        product(sum_k, x, tile, lane);
        SUMS_READY(0, E, sum_v);
        SUMS_READY(0, E, sum_k);
        SWAP(tile, next);
    }
#ifdef MASK
    // Keys that nobody sees have any sums, even infinite ones.
UNROLL
    for (int i = 0; i < E / 2; i++)
        if (mask[min(mine + ROW(i), m - 1)] == 0) sum_k[i] = sum_v[i] = 0;
#endif
    TILES_COME;
    const long plane = (long)get_group_id(1) * m * E;
    const uint place = at + 16 * warp * PITCH;
    store_rows(gk + gk_at + plane, E, sum_k, scale, scale, place, row, m, lane);
    store_rows(gv + gv_at + plane, E, sum_v, 1, 1, place + TILE(OWN), row, m, lane);
}
