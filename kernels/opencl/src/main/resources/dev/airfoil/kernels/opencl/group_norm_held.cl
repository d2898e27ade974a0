// Group norm of x [b c HW] and its gradient on Hopper, x and gy read once: TEAM work-groups take a group (CPG channels of
// one image), each holds its part in registers and local memory, they wait for each other's sums, and what they hold
// becomes the result. A channel belongs to SHARE of the team's warps; a work-item holds STEPS words of 16 bytes of it.
// Options: HW (a multiple of a word's numbers), CPG, TEAM, HELD (words of a work-item that are in registers), GRAD, ACT.
// STORED is F32 or BF16.
//
// That nobody waits forever: places are taken in the order in which work-groups start, and each writes its sums before it
// waits for those of its team. So a team whose members have all started comes to its end. Only the last team that has
// begun can lack members: all teams before it end, and then the device has room for what lacks, since TEAM is at most its
// number of compute units and each has room for a work-group. Programs beside it take turns with it or, sharing the
// units, end too. And what has started goes on beside what waits: so NVIDIA's devices do it.
#define ITEMS 512
#define WARPS (TEAM * ITEMS / 32)
#define NUMS (16 / (int)sizeof(STORED))
#define WORDS (HW / NUMS)
#define SHARE (WARPS / CPG)
#define STEPS ((WORDS + SHARE * 32 - 1) / (SHARE * 32))
#define EACH for (int k = 0; k < STEPS; k++)
#define AT_STEP (first + k * (SHARE * 32))
#define REAL (AT_STEP < WORDS)

// Word k of a work-item is name[k] as long as there are registers, and then in local memory.
#define HOLDER(name) uint4 name[HELD]; __local uint4 name##_rest[STEPS > HELD ? STEPS - HELD : 1][ITEMS]
#define HOLD(name, p) \
    EACH if (REAL) { \
        if (k < HELD) name[k < HELD ? k : 0] = (p)[AT_STEP]; \
        else name##_rest[k < HELD ? 0 : k - HELD][get_local_id(0)] = (p)[AT_STEP]; \
    }
#define WORD(name) (k < HELD ? name[k < HELD ? k : 0] : name##_rest[k < HELD ? 0 : k - HELD][get_local_id(0)])

// The numbers of a word, by fours, and back.
inline void open_F32(const uint4 w, float4 *v) { v[0] = as_float4(w); }
inline void open_BF16(const uint4 w, float4 *v) {
    v[0] = as_float4((uint4)(w.x << 16, w.x & 0xffff0000, w.y << 16, w.y & 0xffff0000));
    v[1] = as_float4((uint4)(w.z << 16, w.z & 0xffff0000, w.w << 16, w.w & 0xffff0000));
}
inline uint4 close_F32(const float4 *v) { return as_uint4(v[0]); }
inline uint4 close_BF16(const float4 *v) {
    return (uint4)(bf16x2(v[0].x, v[0].y), bf16x2(v[0].z, v[0].w), bf16x2(v[1].x, v[1].y), bf16x2(v[1].z, v[1].w));
}
#define OPEN(w, v) float4 v[2]; TYPED(open_, STORED)(w, v)
#define CLOSE(v) TYPED(close_, STORED)(v)
#define EACH_FOUR for (int j = 0; j < NUMS / 4; j++)

// Sums of x and of its squares, after the mean of the group's first numbers was taken off x (one of them alone may be far
// off), so that little is lost; for the gradient also of gy and of gy x.
inline float total(const float4 v) { return v.x + v.y + v.z + v.w; }
inline float4 lanes_total(float4 v) {
    v.x = lanes_sum(v.x, 32, 0);
    v.y = lanes_sum(v.y, 32, 0);
#ifdef GRAD
    v.z = lanes_sum(v.z, 32, 0);
    v.w = lanes_sum(v.w, 32, 0);
#endif
    return v;
}

// (mean, 1 / deviation) of a group from the sums of what is near it.
inline float2 statistics(const float4 all, const float near, const float eps) {
    const float mean = all.x * (1.0f / (CPG * HW));
    return (float2)(near + mean, 1.0f / sqrt(fmax(all.y * (1.0f / (CPG * HW)) - mean * mean, 0.0f) + eps));
}

// Of what is shared by all launches: the next place, which is 0 again when all are taken, and for each place the number
// of the last launch in which its work-group wrote its sums.
inline uint take_place(__global uint *next) {
    const uint last = get_num_groups(0) - 1;
    uint place;
    asm volatile("atom.global.inc.u32 %0, [%1], %2;" : "=r"(place) : "l"(next), "r"(last) : "memory");
    return place;
}
inline void say(__global uint *written, const uint launch) {
    asm volatile("st.release.gpu.global.u32 [%0], %1;" : : "l"(written), "r"(launch) : "memory");
}
inline void await(__global const uint *written, const uint launch) {
    uint last;
    do asm volatile("ld.acquire.gpu.global.u32 %0, [%1];" : "=r"(last) : "l"(written) : "memory");
    while (last != launch);
}

// found[group, warp]: each warp's sums, added up by each work-group in the same order. Warps behind the last channel find
// zeros.
__kernel __attribute__((reqd_work_group_size(ITEMS, 1, 1))) void group_norm_held(
        IN(STORED, x),
#ifdef GRAD
        IN(STORED, gy), IN(PARAM, w), OUT(float4, found), OUT(float, along), OUT(float, plain),
#else
        IN(PARAM, w), IN(PARAM, b), OUT(float4, found),
#endif
        OUT(STORED, y), OUT(uint, places), const uint launch, const uint channels, const float eps) {
    __local uint taken;
    __local float4 summed;
    AT(places);
    if (get_local_id(0) == 0) taken = take_place(places);
    barrier(CLK_LOCAL_MEM_FENCE);
    const uint place = taken, group = place / TEAM, lane = get_local_id(0) & 31;
    const uint warp = place % TEAM * (ITEMS / 32) + get_local_id(0) / 32;
    const bool works = warp < CPG * SHARE;
    const uint own = works ? warp / SHARE : 0, first = works ? warp % SHARE * 32 + lane : WORDS;
    const long start = (long)group * (CPG * HW), at = start + own * HW;
    AT(x);
    w += w_at + group * CPG % channels;
    found += found_at + group * WARPS;
    __global const uint4 *xs = (__global const uint4 *)(x + at);
    __global uint4 *ys = (__global uint4 *)(y + y_at + at);
    const float near = lanes_sum(LOAD(STORED, x, start + lane % (CPG * HW)), 32, 0) * (1.0f / 32);
    float4 sum = (float4)(0);
    HOLDER(hold);
UNROLL
    HOLD(hold, xs);
#ifdef GRAD
    __global const uint4 *gs = (__global const uint4 *)(gy + gy_at + at);
    HOLDER(slope);
UNROLL
    HOLD(slope, gs);
#endif
UNROLL
    EACH if (REAL) {
        OPEN(WORD(hold), v);
#ifdef GRAD
        OPEN(WORD(slope), g);
#endif
UNROLL
        EACH_FOUR {
            const float4 off = v[j] - near;
#ifdef GRAD
            sum += (float4)(total(off), total(off * off), total(g[j]), total(off * g[j]));
#else
            sum += (float4)(total(off), total(off * off), 0, 0);
#endif
        }
    }
    sum = lanes_total(sum);
    if (lane == 0) found[warp] = sum;
    barrier(CLK_LOCAL_MEM_FENCE | CLK_GLOBAL_MEM_FENCE);
    if (get_local_id(0) < 32) {
        if (lane == 0) say(places + 1 + place, launch);
        for (uint i = lane; i < TEAM; i += 32) await(places + 1 + group * TEAM + i, launch);
        asm volatile("bar.warp.sync 0xffffffff;" ::: "memory");
        float4 part = (float4)(0);
UNROLL
        for (uint i = lane; i < WARPS; i += 32) {
#ifdef GRAD
            const float factor = LOAD(PARAM, w, min(i / SHARE, (uint)CPG - 1));
            part += found[i] * (float4)(1, 1, factor, factor);
#else
            part += found[i];
#endif
        }
        part = lanes_total(part);
        if (lane == 0) summed = part;
    }
    barrier(CLK_LOCAL_MEM_FENCE | CLK_GLOBAL_MEM_FENCE);
    const float4 all = summed;
    const float2 s = statistics(all, near, eps);
    const float factor = LOAD(PARAM, w, own);
#ifdef GRAD
    // gx = rstd (w gy - mean(w gy) - hat mean(w gy hat)), the means over the group; and what the channel adds to the
    // gradients of weight and bias: the sums of gy hat and of gy.
    const float mean = all.z * (1.0f / (CPG * HW));
    const float inner = (all.w - all.z * (s.x - near)) * s.y * (1.0f / (CPG * HW));
    if (works && warp % SHARE == 0) {
        float4 mine = (float4)(0);
        for (uint i = lane; i < SHARE; i += 32) mine += found[warp + i];
        mine = lanes_total(mine);
        if (lane == 0) {
            along[along_at + group * CPG + own] = (mine.w - mine.z * (s.x - near)) * s.y;
            plain[plain_at + group * CPG + own] = mine.z;
        }
    }
#else
    const float scale = s.y * factor, shift = LOAD(PARAM, b, b_at + group * CPG % channels + own);
#endif
UNROLL
    EACH if (REAL) {
        OPEN(WORD(hold), v);
#ifdef GRAD
        OPEN(WORD(slope), g);
#endif
UNROLL
        EACH_FOUR {
#ifdef GRAD
            v[j] = s.y * (g[j] * factor - mean - (v[j] - s.x) * s.y * inner);
#else
            const float4 u = (v[j] - s.x) * scale + shift;
            v[j] = (float4)(ACT(u.x), ACT(u.y), ACT(u.z), ACT(u.w));
#endif
        }
        ys[AT_STEP] = CLOSE(v);
    }
}
