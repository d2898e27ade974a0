// Adafactor of matrices p [l r c] in steps, each a launch over tiles of ROWS rows and WIDTH columns: sums of squares by rows
// and by columns, row' and col' from them, the sum of the squared update, the update. A whole second moment (without
// FACTORED) has no rows and columns: its n numbers are a matrix as wide as a tile, whose last row may be short.
// A work-group is 8 rows of 32 lanes. Options: VEC (divides c and n), FACTORED, MOMENTUM.
#define ROWS 64
#define WIDTH (32 * VEC)
#define TILE \
    const uint lane = get_local_id(0) & 31, sub = get_local_id(0) >> 5; \
    const uint col = get_group_id(0) * WIDTH + lane * VEC, top = get_group_id(1) * ROWS + sub, l = get_group_id(2); \
    const long plane = (long)l * r * c
// Rows are taken BATCH at a time: all loads, then what is made of them.
#define BATCH 4
#define EACH_BATCH for (uint j = 0; j < ROWS; j += 8 * BATCH)
#define EACH for (int k = 0; k < BATCH; k++)
#define ROW const uint i = top + j + 8 * k; const long at = (long)i * c + col; \
    const bool inside = i < r && col < c && at < n
#define FETCH(p) (inside ? LOADN(F32, p, at / VEC) : (nums)(0))

// The squared gradient, eps added.
inline nums squared(const nums g, const float eps) { return fma(g, g, (nums)(eps)); }

// The sum over the work-group, the same in each of its 256 items.
inline float sum_all(const float v, __local float *parts) {
    const uint i = get_local_id(0);
    barrier(CLK_LOCAL_MEM_FENCE);
    parts[i] = v;
    for (uint half_size = 128; half_size > 0; half_size /= 2) {
        barrier(CLK_LOCAL_MEM_FENCE);
        if (i < half_size) parts[i] += parts[i + half_size];
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    return parts[0];
}

inline float sum_of(__global const float *x, const uint count, __local float *parts) {
    float sum = 0;
    for (uint i = get_local_id(0); i < count; i += 256) sum += x[i];
    return sum_all(sum, parts);
}

// What each tile adds to the sums of squares: row_sums[column of tiles, l, r] and col_sums[row of tiles, l, c].
__kernel __attribute__((reqd_work_group_size(256, 1, 1))) void adafactor_sums(
        IN(float, g), OUT(float, row_sums), OUT(float, col_sums), const long n, const uint r, const uint c,
        const float eps) {
    __local float rows[ROWS][33];
    __local nums parts[8][32];
    TILE;
    AT(g);
    row_sums += row_sums_at + ((long)get_group_id(0) * get_num_groups(2) + l) * r + get_group_id(1) * ROWS;
    col_sums += col_sums_at + ((long)get_group_id(1) * get_num_groups(2) + l) * c;
    nums sums = (nums)(0);
    EACH_BATCH {
        nums v[BATCH];
UNROLL
        EACH {
            ROW;
            v[k] = FETCH(g + plane);
        }
UNROLL
        EACH {
            ROW;
            const nums s = inside ? squared(v[k], eps) : (nums)(0);
            sums += s;
            rows[sub + j + 8 * k][lane] = TOTAL(s);
        }
    }
    parts[sub][lane] = sums;
    barrier(CLK_LOCAL_MEM_FENCE);
    const uint row = get_local_id(0);
    if (row < ROWS && get_group_id(1) * ROWS + row < r) {
        float sum = 0;
        for (uint i = 0; i < 32; i++) sum += rows[row][i];
        row_sums[row] = sum;
    }
    if (sub == 7 && col < c) {
        for (uint i = 0; i < 7; i++) sums += parts[i][lane];
        STOREN(F32, col_sums, col / VEC, sums);
    }
}

// The next moment number i of count: its mean square is the sum of parts numbers, count apart, over of.
inline float next(
        __global const float *sums, const uint i, const uint count, const uint parts, const uint of, const float old,
        const float beta2) {
    float sum = 0;
UNROLL_16
    for (uint j = 0; j < parts; j++) sum += sums[(long)j * count + i];
    return fma(beta2, old, (1 - beta2) * (sum / of));
}

// row' [l r], then col' [l c]; one work-item each.
__kernel void adafactor_moments(
        IN(float, row_sums), IN(float, col_sums), IN(float, row), IN(float, col), OUT(float, row1), OUT(float, col1),
        const uint planes, const uint r, const uint c, const float beta2) {
    const uint i = ITEM, rows = planes * r, cols = planes * c, j = i - rows;
    if (i < rows) {
        row1[row1_at + i] = next(row_sums + row_sums_at, i, rows, (c + WIDTH - 1) / WIDTH, c, row[row_at + i], beta2);
    } else if (j < cols) {
        col1[col1_at + j] = next(col_sums + col_sums_at, j, cols, (r + ROWS - 1) / ROWS, r, col[col_at + j], beta2);
    }
}

// The update before learning rate and clipping, of the gradient v. The moment is v', or row' with col' and the mean of row'.
#ifdef FACTORED
#define COLUMNS(mean) \
    const float row_mean = mean; \
    nums by_col = (nums)(0); \
    if (col < c) by_col = 1.0f / sqrt(LOADN(F32, columns + columns_at + (long)l * c, col / VEC))
typedef float moments;
#define FETCH_MOMENT(from) second[(long)l * r + min(i, r - 1)]
#define UPDATE(v, moment) ((v) * (1.0f / sqrt((moment) / row_mean)) * by_col)
#else
#define COLUMNS(mean)
typedef nums moments;
#define FETCH_MOMENT(from) FETCH(from)
#define UPDATE(v, moment) ((v) / sqrt(moment))
#endif

// parts[tile] is the sum of its squared updates. A whole second moment is renewed on the way, from old to second; of one
// by rows and columns the mean of row' goes to means[l].
__kernel __attribute__((reqd_work_group_size(256, 1, 1))) void adafactor_square(
        IN(float, g), IN(float, old), OUT(float, second), IN(float, columns), OUT(float, means), OUT(float, parts),
        const long n, const uint r, const uint c, const float beta2, const float eps) {
    __local float all[256];
    TILE;
    AT(g);
    AT(old);
    AT(second);
    COLUMNS(sum_of(second + (long)l * r, r, all) / r);
    nums sums = (nums)(0);
    EACH_BATCH {
        nums v[BATCH];
        moments moment[BATCH];
UNROLL
        EACH {
            ROW;
            v[k] = FETCH(g + plane);
            moment[k] = FETCH_MOMENT(old);
        }
UNROLL
        EACH {
            ROW;
            if (inside) {
#ifndef FACTORED
                moment[k] = fma((nums)(beta2), moment[k], (1 - beta2) * squared(v[k], eps));
                STOREN(F32, second, at / VEC, moment[k]);
#endif
                const nums u = UPDATE(v[k], moment[k]);
                sums = fma(u, u, sums);
            }
        }
    }
    const float sum = sum_all(TOTAL(sums), all);
    if (get_local_id(0) == 0) {
        parts[parts_at + (l * get_num_groups(1) + get_group_id(1)) * get_num_groups(0) + get_group_id(0)] = sum;
#ifdef FACTORED
        if (get_group_id(0) + get_group_id(1) == 0) means[means_at + l] = row_mean;
#endif
    }
}

// p' and, with MOMENTUM, m'; every work-group adds up the parts, in order.
__kernel __attribute__((reqd_work_group_size(256, 1, 1))) void adafactor_step(
        IN(float, p), IN(float, g), IN(float, second), IN(float, columns), IN(float, means), IN(float, parts),
        IN(float, m), OUT(float, p1), OUT(float, m1), const long n, const uint r, const uint c, const float lr,
        const float clip, const float beta1) {
    __local float all[256];
    TILE;
    AT(second);
    p += p_at + plane;
    g += g_at + plane;
    m += m_at + plane;
    p1 += p1_at + plane;
    m1 += m1_at + plane;
    const uint tiles = get_num_groups(0) * get_num_groups(1) * get_num_groups(2);
    const float rms = sqrt(sum_of(parts + parts_at, tiles, all) / (n * get_num_groups(2)));
    const float scale = lr / (rms < clip ? 1.0f : rms / clip); // not fmax, which hides that rms is not a number
    COLUMNS(means[means_at + l]);
    EACH_BATCH {
        nums v[BATCH], from[BATCH];
        moments moment[BATCH];
#ifdef MOMENTUM
        nums kept[BATCH];
#endif
UNROLL
        EACH {
            ROW;
            v[k] = FETCH(g);
            moment[k] = FETCH_MOMENT(second);
            from[k] = FETCH(p);
#ifdef MOMENTUM
            kept[k] = FETCH(m);
#endif
        }
UNROLL
        EACH {
            ROW;
            if (inside) {
                nums u = UPDATE(v[k], moment[k]) * scale;
#ifdef MOMENTUM
                u = fma((nums)(beta1), kept[k], (1 - beta1) * u);
                STOREN(F32, m1, at / VEC, u);
#endif
                STOREN(F32, p1, at / VEC, from[k] - u);
            }
        }
    }
}
