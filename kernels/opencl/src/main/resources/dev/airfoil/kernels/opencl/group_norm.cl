// Group norm of x [b c HW] and its gradient. A row is a group of CPG channels of one image, CPG * HW neighbours; it is cut
// into chunks (of VEC numbers at a time), one work-group each, as rows are few and long. No atomics: each work-group
// leaves what it found, and whoever needs the whole adds it up in order. Options: HW, CPG, VEC (divides HW), ACT.
#define LENGTH (CPG * HW / VEC)
#define CHUNK(c) const uint from = (c) * chunk, to = min((uint)LENGTH, from + chunk)
// BATCH steps of a work-item at a time: all loads, then what is made of them.
#define BATCH 4
#define EACH_BATCH for (uint top = from + get_local_id(0); top < to; top += 256 * BATCH)
#define EACH for (int k = 0; k < BATCH; k++)
#define STEP const uint i = top + 256 * k
#define FETCH(p) (i < to ? LOADN(STORED, p, i) : (nums)(0))

// The sum over the work-group, the same in each of its 256 items.
inline float2 sum_all(const float2 v, __local float2 *parts) {
    const uint l = get_local_id(0);
    barrier(CLK_LOCAL_MEM_FENCE);
    parts[l] = v;
    for (uint half_size = 128; half_size > 0; half_size /= 2) {
        barrier(CLK_LOCAL_MEM_FENCE);
        if (l < half_size) parts[l] += parts[l + half_size];
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    return parts[0];
}

// found[row, chunk] = (mean, sum of squares around it). The sums are those of what is left after the row's first number was
// taken off, which is near the mean, so that little is lost when their squares are.
__kernel __attribute__((reqd_work_group_size(256, 1, 1))) void group_statistics(
        IN(STORED, x), OUT(float2, found), const uint chunk) {
    __local float2 parts[256];
    const uint row = get_group_id(0);
    CHUNK(get_group_id(1));
    x += x_at + (long)row * (CPG * HW);
    const float first = LOAD(STORED, x, 0);
    float2 sum = (float2)(0);
    EACH_BATCH {
        nums v[BATCH];
UNROLL
        EACH {
            STEP;
            v[k] = FETCH(x);
        }
UNROLL
        EACH {
            STEP;
            const nums off = i < to ? v[k] - first : (nums)(0), square = off * off;
            sum += (float2)(TOTAL(off), TOTAL(square));
        }
    }
    sum = sum_all(sum, parts);
    const float mean = sum.x / ((to - from) * VEC);
    if (get_local_id(0) == 0) {
        found[found_at + row * get_num_groups(1) + get_group_id(1)] =
                (float2)(first + mean, fmax(sum.y - sum.x * mean, 0.0f));
    }
}

// (mean, 1 / deviation) of a row from its chunks.
inline float2 whole(__global const float2 *found, const uint chunks, const uint chunk, const float eps) {
    float mean = 0, squares = 0;
    for (uint c = 0; c < chunks; c++) {
        CHUNK(c);
        mean += found[c].x * ((float)(to - from) / LENGTH);
    }
    for (uint c = 0; c < chunks; c++) {
        CHUNK(c);
        const float off = found[c].x - mean;
        squares += found[c].y + off * off * ((to - from) * VEC);
    }
    return (float2)(mean, 1.0f / sqrt(squares / (CPG * HW) + eps));
}

__kernel __attribute__((reqd_work_group_size(256, 1, 1))) void group_norm(
        IN(STORED, x), IN(PARAM, w), IN(PARAM, b), IN(float2, found), OUT(STORED, y), const uint groups,
        const uint chunk, const float eps) {
    const uint row = get_group_id(0), channel = row % groups * CPG, chunks = get_num_groups(1);
    CHUNK(get_group_id(1));
    const float2 s = whole(found + found_at + row * chunks, chunks, chunk, eps);
    x += x_at + (long)row * (CPG * HW);
    y += y_at + (long)row * (CPG * HW);
    EACH_BATCH {
        nums n[BATCH];
UNROLL
        EACH {
            STEP;
            n[k] = FETCH(x);
        }
UNROLL
        EACH {
            STEP;
            if (i < to) {
                const uint c = channel + i * VEC / HW;
                const nums v = (n[k] - s.x) * s.y * LOAD(PARAM, w, w_at + c) + LOAD(PARAM, b, b_at + c);
                STOREN(STORED, y, i, MAP(ACT, v));
            }
        }
    }
}

// sums[image, channel] of gy hat and of gy; one work-group a channel of an image.
__kernel __attribute__((reqd_work_group_size(256, 1, 1))) void group_channels(
        IN(STORED, x), IN(STORED, gy), IN(float2, found), OUT(float, along), OUT(float, plain), const uint chunks,
        const uint chunk, const float eps) {
    __local float2 parts[256];
    const uint channel = get_group_id(0), from = 0, to = HW / VEC;
    const float2 s = whole(found + found_at + channel / CPG * chunks, chunks, chunk, eps);
    x += x_at + (long)channel * HW;
    gy += gy_at + (long)channel * HW;
    float2 sum = (float2)(0);
    EACH_BATCH {
        nums n[BATCH], g[BATCH];
UNROLL
        EACH {
            STEP;
            n[k] = FETCH(x);
            g[k] = FETCH(gy);
        }
UNROLL
        EACH {
            const nums inner = g[k] * ((n[k] - s.x) * s.y);
            sum += (float2)(TOTAL(inner), TOTAL(g[k]));
        }
    }
    sum = sum_all(sum, parts);
    if (get_local_id(0) == 0) {
        along[along_at + channel] = sum.x;
        plain[plain_at + channel] = sum.y;
    }
}

// gx = rstd (w gy - mean(w gy) - hat mean(w gy hat)), the means over the row.
__kernel __attribute__((reqd_work_group_size(256, 1, 1))) void group_norm_grad(
        IN(STORED, x), IN(PARAM, w), IN(STORED, gy), IN(float2, found), IN(float, along), IN(float, plain),
        OUT(STORED, gx), const uint groups, const uint chunk, const float eps) {
    const uint row = get_group_id(0), channel = row % groups * CPG, chunks = get_num_groups(1);
    CHUNK(get_group_id(1));
    const float2 s = whole(found + found_at + row * chunks, chunks, chunk, eps);
    float inner = 0, mean = 0;
    w += w_at + channel;
    for (uint c = 0; c < CPG; c++) {
        inner = fma(LOAD(PARAM, w, c), along[along_at + row * CPG + c], inner);
        mean = fma(LOAD(PARAM, w, c), plain[plain_at + row * CPG + c], mean);
    }
    inner /= CPG * HW;
    mean /= CPG * HW;
    const long at = (long)row * (CPG * HW);
    x += x_at + at;
    gy += gy_at + at;
    gx += gx_at + at;
    EACH_BATCH {
        nums n[BATCH], g[BATCH];
UNROLL
        EACH {
            STEP;
            n[k] = FETCH(x);
            g[k] = FETCH(gy);
        }
UNROLL
        EACH {
            STEP;
            if (i < to) {
                const nums hat = (n[k] - s.x) * s.y, v = g[k] * LOAD(PARAM, w, i * VEC / HW);
                STOREN(STORED, gx, i, s.y * (v - mean - hat * inner));
            }
        }
    }
}
