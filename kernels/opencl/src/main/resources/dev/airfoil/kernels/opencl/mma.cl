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
