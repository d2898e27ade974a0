// NVIDIA's tensor cores (compute capability 8.0 on), for a warp: 32 neighbouring work-items that come here together.
// A square of 16 x 16 BF16 is four registers of two numbers in each lane.

inline uint local_address(__local const void *p) {
    uint at;
    asm("{ .reg .u64 t; cvta.to.shared.u64 t, %1; cvt.u32.u64 %0, t; }" : "=r"(at) : "l"(p));
    return at;
}

// A square [x][k] from local memory. Lane l names the start of 8 numbers. Stored along k: row x = l % 16 from k =
// l / 16 * 8 on. Stored across, [k][x]: row k = l % 8 + l / 16 * 8 from x = l / 8 % 2 * 8 on. Either way the registers
// hold (x, k) in (0-7, 0-7), (8-15, 0-7), (0-7, 8-15), (8-15, 8-15): a left factor, or two right ones, 0 2 and 1 3.
inline void load_square(const bool along, uint *r, const uint at) {
    if (along)
        asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
                     : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3]) : "r"(at) : "memory");
    else
        asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
                     : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3]) : "r"(at) : "memory");
}

// sum [16][8] += a [16][16] (b [8][16])^T. Lane l holds rows l / 4 (first two numbers) and l / 4 + 8 (last two),
// columns l % 4 * 2 and the next.
inline void multiply(float *sum, const uint *a, const uint b0, const uint b1) {
    asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, "
                 "{%0, %1, %2, %3};"
                 : "+f"(sum[0]), "+f"(sum[1]), "+f"(sum[2]), "+f"(sum[3])
                 : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}

// ---- copies from global to local memory that go on beside the work: of what is real, else zeros
#define COPY(how, bytes, to, from, real) \
    asm volatile("cp.async." how ".shared.global [%0], [%1], " #bytes ", %2;" \
                 : : "r"(to), "l"(from), "r"(real ? bytes : 0) : "memory")
inline void copy_16(const uint to, __global const void *from, const bool real) { COPY("cg", 16, to, from, real); }
inline void copy_8(const uint to, __global const void *from, const bool real) { COPY("ca", 8, to, from, real); }
inline void copy_4(const uint to, __global const void *from, const bool real) { COPY("ca", 4, to, from, real); }
inline void copies_done(void) { asm volatile("cp.async.wait_all;" ::: "memory"); }


// Local memory by address; what lanes put there the others get after they met.
inline void put(const uint at, const uint x) { asm volatile("st.shared.u32 [%0], %1;" : : "r"(at), "r"(x) : "memory"); }
inline uint get(const uint at) {
    uint x;
    asm volatile("ld.shared.u32 %0, [%1];" : "=r"(x) : "r"(at) : "memory");
    return x;
}
inline uint4 get4(const uint at) {
    uint4 x;
    asm volatile("ld.shared.v4.u32 {%0, %1, %2, %3}, [%4];"
                 : "=r"(x.x), "=r"(x.y), "=r"(x.z), "=r"(x.w) : "r"(at) : "memory");
    return x;
}
inline void lanes_meet(void) { asm volatile("bar.warp.sync 0xffffffff;" ::: "memory"); }

// sum + the product of two pairs of BF16.
inline float dot_pair(const uint x, const uint y, const float sum) {
    return fma(as_float(x << 16), as_float(y << 16), fma(as_float(x & 0xffff0000), as_float(y & 0xffff0000), sum));
}

// 2^x; a result below 2^-126 is 0.
inline float power_of_two(const float x) {
    float y;
    asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
    return y;
}

// Bit l: what lane l says.
inline uint ballot(const bool x) {
    uint bits;
    asm volatile("{ .reg .pred p; setp.ne.u32 p, %1, 0; vote.sync.ballot.b32 %0, p, 0xffffffff; }"
                 : "=r"(bits) : "r"((uint)x));
    return bits;
}
