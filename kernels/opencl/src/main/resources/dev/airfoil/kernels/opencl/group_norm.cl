// Group norm of x [b c HW] and its gradient. A row is a group of CPG channels of one image. A channel is cut into chunks
// (of VEC numbers at a time), one work-group each, as rows are few and long: the first launch leaves what it found of
// each chunk, and the second adds up a whole row, in order, without atomics. Options: HW, CPG, VEC (divides HW), GRAD, ACT.
#define LENGTH (HW / VEC)
#define CHUNK(c) const uint from = (c) * chunk, to = min((uint)LENGTH, from + chunk)
// BATCH steps of a work-item at a time: all loads, then what is made of them.
#define BATCH 4
#define EACH_BATCH for (uint top = from + get_local_id(0); top < to; top += 256 * BATCH)
#define EACH for (int k = 0; k < BATCH; k++)
#define STEP const uint i = top + 256 * k
#define FETCH(p) (i < to ? LOADN(STORED, p, i) : (nums)(0))

// What is found of a chunk: sums of x and of its squares, and for the gradient of gy and of gy x; all of it of what is
// left after a number near the row's mean was taken off x, so that little is lost.
#ifdef GRAD
typedef float4 sums;
#else
typedef float2 sums;
#endif

// The mean of the first numbers of a row that begins at x: one of them alone may be far off.
inline float guess(__global const STORED *x, SCRATCH_ARG) {
    return lanes_sum(LOAD(STORED, x, (get_local_id(0) & 31) % (CPG * HW)), 32, scratch) * (1.0f / 32);
}

// The sum over the work-group, in its first item.
inline sums sum_all(const sums v, __local sums *parts) {
    const uint l = get_local_id(0);
    parts[l] = v;
    for (uint half_size = 128; half_size > 0; half_size /= 2) {
        barrier(CLK_LOCAL_MEM_FENCE);
        if (l < half_size) parts[l] += parts[l + half_size];
    }
    return parts[0];
}

// found[channel, chunk]
__kernel __attribute__((reqd_work_group_size(256, 1, 1))) void group_sums(
        IN(STORED, x),
#ifdef GRAD
        IN(STORED, gy),
#endif
        OUT(sums, found), const uint chunk) {
    LANES_SCRATCH(scratch);
    __local sums parts[256];
    const uint channel = get_group_id(0);
    CHUNK(get_group_id(1));
    AT(x);
    const float near = guess(x + (long)(channel / CPG) * (CPG * HW), scratch);
    x += (long)channel * HW;
#ifdef GRAD
    gy += gy_at + (long)channel * HW;
#endif
    sums sum = (sums)(0);
    EACH_BATCH {
        nums n[BATCH], g[BATCH];
UNROLL
        EACH {
            STEP;
            n[k] = FETCH(x);
#ifdef GRAD
            g[k] = FETCH(gy);
#endif
        }
UNROLL
        EACH {
            STEP;
            const nums off = i < to ? n[k] - near : (nums)(0), square = off * off;
#ifdef GRAD
            const nums inner = off * g[k];
            sum += (float4)(TOTAL(off), TOTAL(square), TOTAL(g[k]), TOTAL(inner));
#else
            sum += (float2)(TOTAL(off), TOTAL(square));
#endif
        }
    }
    sum = sum_all(sum, parts);
    if (get_local_id(0) == 0) found[found_at + channel * get_num_groups(1) + get_group_id(1)] = sum;
}

// (mean, 1 / deviation) of a row from the sums of what is near it.
inline float2 statistics(const sums all, const float near, const float eps) {
    const float mean = all.x * (1.0f / (CPG * HW));
    return (float2)(near + mean, 1.0f / sqrt(fmax(all.y * (1.0f / (CPG * HW)) - mean * mean, 0.0f) + eps));
}

__kernel __attribute__((reqd_work_group_size(256, 1, 1))) void group_norm(
        IN(STORED, x), IN(sums, found), IN(PARAM, w), IN(PARAM, b), OUT(STORED, y), const uint channels,
        const uint chunk, const float eps) {
    LANES_SCRATCH(scratch);
    const uint channel = get_group_id(0), row = channel / CPG, chunks = get_num_groups(1);
    CHUNK(get_group_id(1));
    AT(x);
    found += found_at + row * CPG * chunks;
    sums all = (sums)(0);
UNROLL_4
    for (uint c = 0; c < CPG * chunks; c++) all += found[c];
    const float2 s = statistics(all, guess(x + (long)row * (CPG * HW), scratch), eps);
    const float scale = s.y * LOAD(PARAM, w, w_at + channel % channels);
    const float shift = LOAD(PARAM, b, b_at + channel % channels);
    x += (long)channel * HW;
    y += y_at + (long)channel * HW;
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
                const nums v = (n[k] - s.x) * scale + shift;
                STOREN(STORED, y, i, MAP(ACT, v));
            }
        }
    }
}

// gx = rstd (w gy - mean(w gy) - hat mean(w gy hat)), the means over the row; and what the channel adds to the gradients
// of weight and bias: the sums of gy hat and of gy.
#ifdef GRAD
__kernel __attribute__((reqd_work_group_size(256, 1, 1))) void group_norm_grad(
        IN(STORED, x), IN(STORED, gy), IN(sums, found), IN(PARAM, w), OUT(float, along), OUT(float, plain),
        OUT(STORED, gx), const uint channels, const uint chunk, const float eps) {
    LANES_SCRATCH(scratch);
    const uint channel = get_group_id(0), row = channel / CPG, chunks = get_num_groups(1);
    CHUNK(get_group_id(1));
    AT(x);
    found += found_at + row * CPG * chunks;
    w += w_at + row * CPG % channels;
    sums all = (sums)(0), weighted = (sums)(0), own = (sums)(0);
    for (uint c = 0; c < CPG; c++) {
        sums sum = (sums)(0);
        for (uint j = 0; j < chunks; j++) sum += found[c * chunks + j];
        all += sum;
        weighted += sum * LOAD(PARAM, w, c);
        if (c == channel % CPG) own = sum;
    }
    const float near = guess(x + (long)row * (CPG * HW), scratch);
    const float2 s = statistics(all, near, eps);
    const float mean = weighted.z * (1.0f / (CPG * HW));
    const float inner = (weighted.w - weighted.z * (s.x - near)) * s.y * (1.0f / (CPG * HW));
    if (from + get_local_id(0) == 0) {
        along[along_at + channel] = (own.w - own.z * (s.x - near)) * s.y;
        plain[plain_at + channel] = own.z;
    }
    const float factor = LOAD(PARAM, w, channel % CPG);
    x += (long)channel * HW;
    gy += gy_at + (long)channel * HW;
    gx += gx_at + (long)channel * HW;
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
                const nums hat = (n[k] - s.x) * s.y;
                STOREN(STORED, gx, i, s.y * (g[k] * factor - mean - hat * inner));
            }
        }
    }
}
#endif
