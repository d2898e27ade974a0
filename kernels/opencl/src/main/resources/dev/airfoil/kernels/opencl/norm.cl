// Normalised rows of D numbers and what is made of them, forward and backward. A work-group is 8 rows of 32 lanes; a row
// stays in its lanes' registers, PER groups of VEC neighbours in each. Options: RMS (no mean is taken off), and what
// follows the norm: WEIGHT (hat w), WEIGHT_BIAS (hat w + q), MODULATE (hat (1 + w) + q), GATE (q + hat w, where q is a
// row of its own). w (and q of WEIGHT_BIAS and MODULATE) is one row, or one per batch and stream, as far apart as w_far
// says: rows of a batch before split take stream 0, the others the last one. PLAIN: hat is x itself.
#define PER ((D + 32 * VEC - 1) / (32 * VEC))
#define EACH for (int i = 0; i < PER; i++)
#define COL (lane + 32 * i)
#define INSIDE (COL * VEC < D)

// Where the row's settings begin: far says how far apart batches and streams lie.
inline long settings(const uint row, const uint n, const uint split, const long2 far) {
    return row / n * far.x + (row % n >= split ? far.y : 0);
}

// x[], a row that begins with near, becomes hat; gives 1 / deviation. The mean is summed as what it is away from near, so
// that of a row of equal numbers it is that number, and hat 0: 1 / deviation would make much of a mean's last bit.
inline float normalise(nums *x, const float near, const uint lane, const float eps, SCRATCH_ARG) {
#ifdef PLAIN
    return 1;
#else
    float mean = 0;
#ifndef RMS
UNROLL
    EACH if (INSIDE) mean += TOTAL((x[i] - near));
    mean = near + lanes_sum(mean, 32, scratch) * (1.0f / D);
#endif
    nums square = (nums)(0);
UNROLL
    EACH {
        x[i] = INSIDE ? x[i] - mean : (nums)(0);
        square = fma(x[i], x[i], square);
    }
    const float rstd = 1.0f / sqrt(lanes_sum(TOTAL(square), 32, scratch) * (1.0f / D) + eps);
UNROLL
    EACH x[i] *= rstd;
    return rstd;
#endif
}

__kernel __attribute__((reqd_work_group_size(256, 1, 1))) void norm(
#ifdef GATE
        IN(STORED, x), IN(PARAM, w), IN(STORED, q), OUT(STORED, y),
#else
        IN(STORED, x), IN(PARAM, w), IN(PARAM, q), OUT(STORED, y),
#endif
        const uint rows, const uint n, const uint split, const long2 w_far, const long2 q_far, const float eps) {
    LANES_SCRATCH(scratch);
    const uint lane = get_local_id(0) & 31, row = get_group_id(0) * 8 + (get_local_id(0) >> 5);
    const uint r = min(row, rows - 1);
    x += x_at + (long)r * D;
    y += y_at + (long)r * D;
    w += w_at + settings(r, n, split, w_far);
#ifdef GATE
    q += q_at + (long)r * D;
#define LOAD_Q LOADN(STORED, q, COL)
#else
    q += q_at + settings(r, n, split, q_far);
#define LOAD_Q LOADN(PARAM, q, COL)
#endif
    nums v[PER];
UNROLL
    EACH {
        v[i] = (nums)(0);
        if (INSIDE) v[i] = LOADN(STORED, x, COL);
    }
    normalise(v, LOAD(STORED, x, 0), lane, eps, scratch);
    if (row < rows) {
UNROLL
        EACH {
            if (INSIDE) {
#if defined(WEIGHT)
                v[i] *= LOADN(PARAM, w, COL);
#elif defined(MODULATE)
                v[i] = fma(v[i], 1.0f + LOADN(PARAM, w, COL), LOAD_Q);
#else
                v[i] = fma(v[i], LOADN(PARAM, w, COL), LOAD_Q);
#endif
                STOREN(STORED, y, COL, v[i]);
            }
        }
    }
}

// The backward kernel has four rows of lanes in a work-group.
#define SUBS 4

// The sums of the rows of lanes, in order.
inline void add_up(
        __global float *to, const nums *sum, __local nums parts[SUBS][32], const uint lane, const uint sub) {
UNROLL
    EACH {
        barrier(CLK_LOCAL_MEM_FENCE);
        parts[sub][lane] = sum[i];
        barrier(CLK_LOCAL_MEM_FENCE);
        if (sub == 0 && INSIDE) {
            nums all = parts[0][lane];
            for (uint j = 1; j < SUBS; j++) all += parts[j][lane];
            STOREN(F32, to, COL, all);
        }
    }
}

// Asks for a row's numbers, which its lanes soon want: their registers have no room for them yet.
#ifdef NVIDIA
#define FETCH_AHEAD(row) \
    for (uint i = lane * (128 / sizeof(STORED)); i < D; i += 32 * (128 / sizeof(STORED))) \
        asm volatile("prefetch.global.L2 [%0];" : : "l"((row) + i))
#else
#define FETCH_AHEAD(row)
#endif

// The rows of a chunk, SUBS at a time, as often for all, because of the barriers within. PoCL from 5.0 on may take what
// differs between lanes in such a loop for the same in all of them (its notes of which values are outlive the
// instructions), so elsewhere than on NVIDIA there is no loop: a chunk has SUBS rows at most.
#ifdef NVIDIA
#define TURNS for (uint top = from; top < to; top += SUBS)
#else
#define TURNS const uint top = from;
#endif

// gx from x, w and gy, and the sums over rows of gy hat and (with PLAIN_SUM) of gy. A work-group takes a chunk of the rows
// of a batch and stream; its lanes keep the sums of their columns; along[batch, stream, chunk, column].
__kernel __attribute__((reqd_work_group_size(32 * SUBS, 1, 1))) void norm_grad(
        IN(STORED, x), IN(PARAM, w), IN(STORED, gy), OUT(STORED, gx), OUT(float, along), OUT(float, plain),
        const uint n, const uint streams, const uint split, const uint chunk, const long2 w_far, const float eps) {
    LANES_SCRATCH(scratch);
    __local nums parts[SUBS][32];
    const uint lane = get_local_id(0) & 31, sub = get_local_id(0) >> 5;
    const uint segment = get_group_id(0), stream = segment % streams;
    const uint first = stream == 0 ? 0 : split, end = streams == 1 || stream == 1 ? n : split;
    const uint from = first + get_group_id(1) * chunk, to = min(end, from + chunk);
    const long base = (long)(segment / streams) * n;
    AT(x);
    AT(gy);
    AT(gx);
    w += w_at + segment / streams * w_far.x + stream * w_far.y;
    nums sum_along[PER], sum_plain[PER];
UNROLL
    EACH sum_along[i] = sum_plain[i] = (nums)(0);
    TURNS {
        const bool counts = top + sub < to;
        const long row = (base + min(top + sub, n - 1)) * D; // a chunk may have no row
        nums v[PER], g[PER];
UNROLL
        EACH {
            v[i] = g[i] = (nums)(0);
            if (INSIDE) {
                v[i] = LOADN(STORED, x + row, COL);
                g[i] = LOADN(STORED, gy + row, COL);
            }
        }
        const float rstd = normalise(v, LOAD(STORED, x, row), lane, eps, scratch);
        const long next = (base + min(top + SUBS + sub, to - 1)) * D;
        FETCH_AHEAD(x + next);
        FETCH_AHEAD(gy + next);
        nums sums = (nums)(0), alongs = (nums)(0);
UNROLL
        EACH {
            if (INSIDE) {
                if (counts) {
                    sum_along[i] = fma(g[i], v[i], sum_along[i]);
                    sum_plain[i] += g[i];
                }
#ifdef MODULATE
                g[i] *= 1.0f + LOADN(PARAM, w, COL);
#else
                g[i] *= LOADN(PARAM, w, COL);
#endif
                sums += g[i];
                alongs = fma(g[i], v[i], alongs);
            }
        }
        float sum = 0, inner = 0;
#ifndef PLAIN
        inner = lanes_sum(TOTAL(alongs), 32, scratch) * (1.0f / D);
#ifndef RMS
        sum = lanes_sum(TOTAL(sums), 32, scratch) * (1.0f / D);
#endif
#endif
        if (counts) {
UNROLL
            EACH {
                if (INSIDE) STOREN(STORED, gx + row, COL, rstd * (g[i] - sum - v[i] * inner));
            }
        }
    }
    const long out = ((long)segment * get_num_groups(1) + get_group_id(1)) * D;
    add_up(along + along_at + out, sum_along, parts, lane, sub);
#ifdef PLAIN_SUM
    add_up(plain + plain_at + out, sum_plain, parts, lane, sub);
#endif
}

// along[segment, column], and with PLAIN_SUM plain[segment, column], from what the chunks left: 8 rows of lanes share the
// chunks of 32 columns. The third number of a work-group says which of the two it adds up.
__kernel __attribute__((reqd_work_group_size(256, 1, 1))) void norm_sums(
        IN(float, along), IN(float, plain), OUT(RESULT, all_along), OUT(RESULT, all_plain), const uint chunks) {
    __local float parts[8][33];
    const uint lane = get_local_id(0) & 31, sub = get_local_id(0) >> 5;
    const uint col = get_group_id(0) * 32 + lane;
    __global const float *from = get_group_id(2) == 0 ? along + along_at : plain + plain_at;
    __global RESULT *to = get_group_id(2) == 0 ? all_along + all_along_at : all_plain + all_plain_at;
    from += (long)get_group_id(1) * chunks * D + col;
    float sum = 0;
    if (col < D) {
        for (uint top = sub; top < chunks; top += 8 * 16) { // loads first: a device must have many under way
            float v[16];
UNROLL
            for (uint i = 0; i < 16; i++) v[i] = top + 8 * i < chunks ? from[(long)(top + 8 * i) * D] : 0.0f;
UNROLL
            for (uint i = 0; i < 16; i++) sum += v[i];
        }
    }
    parts[sub][lane] = sum;
    barrier(CLK_LOCAL_MEM_FENCE);
    if (sub == 0 && col < D) {
        for (uint j = 1; j < 8; j++) sum += parts[j][lane];
        STORE(RESULT, to, (long)get_group_id(1) * D + col, sum);
    }
}
