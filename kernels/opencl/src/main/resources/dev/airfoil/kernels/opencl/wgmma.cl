// NVIDIA's Hopper (compute capability 9.0): matrices flow from global to local memory and on to the tensor cores
// without passing through registers. Put behind mma.cl. OpenCL's compiler aims at sm_90, which lacks some of this: such
// instructions are comments here, which ClPrograms makes instructions when it aims the PTX at sm_90a.
#define SM_90A "//@ "

// ---- Barriers in local memory, 8 bytes each: a phase ends when all arrivals and all bytes that it expects have come.
// Phases count 0, 1, 0, ..; a wait for the phase before the first, 1, is over at once.

inline void expect_arrivals(const uint bar, const uint count) {
    asm volatile("mbarrier.init.shared::cta.b64 [%0], %1;" : : "r"(bar), "r"(count) : "memory");
}

inline void arrive(const uint bar) {
    asm volatile("mbarrier.arrive.shared::cta.b64 _, [%0];" : : "r"(bar) : "memory");
}

inline void arrive_and_expect_bytes(const uint bar, const uint bytes) {
    asm volatile("mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;" : : "r"(bar), "r"(bytes) : "memory");
}

inline void await(const uint bar, const uint phase) {
    asm volatile("{ .reg .pred over; AGAIN: mbarrier.try_wait.parity.shared::cta.b64 over, [%0], %1; "
                 "@!over bra AGAIN; }" : : "r"(bar), "r"(phase) : "memory");
}

// ---- The copy engine: it moves squares of 64 x 64 BF16, zeros where they reach over the matrix. In local memory a
// square is 64 rows of 128 bytes, the eight 16-byte groups of each permuted by exclusive or with its row modulo 8.
#define SQUARE 8192

#define DESCRIBE(field, value) \
    asm volatile(SM_90A "tensormap.replace.tile." field ", %1;" : : "r"(at), "r"(value) : "memory")
#define DESCRIBE_LONG(field, value) \
    asm volatile(SM_90A "tensormap.replace.tile." field ", %1;" : : "r"(at), "l"(value) : "memory")

#define DESCRIBE_AXIS(i, size, box) \
    DESCRIBE("box_dim.shared::cta.b1024.b32 [%0], " #i, box); \
    DESCRIBE("global_dim.shared::cta.b1024.b32 [%0], " #i, size); \
    DESCRIBE("element_stride.shared::cta.b1024.b32 [%0], " #i, 1)

// Writes to `map` (128 bytes, 128-aligned) what the engine needs to know of a tensor of `rank` axes (3 or 4), the fastest
// first: their sizes, those of the boxes that it moves, and how many bytes lie between neighbours along the second axis
// and those behind it. A whole warp comes here, with 128 bytes of local memory.
inline void describe(
        __global void *map, __local uint *scratch, __global const void *p, const uint rank, const uint4 sizes,
        const uint4 boxes, const long4 bytes) {
    const uint at = local_address(scratch), lane = get_local_id(0) & 31;
    scratch[lane] = 0;
    asm volatile("bar.warp.sync 0xffffffff;" : : : "memory");
    if (lane == 0) {
        DESCRIBE_LONG("global_address.shared::cta.b1024.b64 [%0]", p);
        DESCRIBE("rank.shared::cta.b1024.b32 [%0]", rank - 1);
        DESCRIBE_AXIS(0, sizes.x, boxes.x);
        DESCRIBE_AXIS(1, sizes.y, boxes.y);
        DESCRIBE_AXIS(2, sizes.z, boxes.z);
        DESCRIBE_LONG("global_stride.shared::cta.b1024.b64 [%0], 0", bytes.x);
        DESCRIBE_LONG("global_stride.shared::cta.b1024.b64 [%0], 1", bytes.y);
        if (rank == 4) {
            DESCRIBE_AXIS(3, sizes.w, boxes.w);
            DESCRIBE_LONG("global_stride.shared::cta.b1024.b64 [%0], 2", bytes.z);
        }
        asm volatile(SM_90A "tensormap.replace.tile.elemtype.shared::cta.b1024.b32 [%0], 10; // BF16\n\t"
                     SM_90A "tensormap.replace.tile.interleave_layout.shared::cta.b1024.b32 [%0], 0;\n\t"
                     SM_90A "tensormap.replace.tile.swizzle_mode.shared::cta.b1024.b32 [%0], 3; // 128 bytes\n\t"
                     SM_90A "tensormap.replace.tile.fill_mode.shared::cta.b1024.b32 [%0], 0;" : : "r"(at) : "memory");
    }
    asm volatile("bar.warp.sync 0xffffffff;\n\t"
                 "tensormap.cp_fenceproxy.global.shared::cta.tensormap::generic.release.gpu.sync.aligned "
                 "[%0], [%1], 128;" : : "l"(map), "r"(at) : "memory");
}

// `batches` matrices of `rows` rows of `cols`, in squares.
inline void describe_matrices(
        __global void *map, __local uint *scratch, __global const void *p, const uint cols, const uint rows,
        const uint batches, const long row_bytes, const long batch_bytes) {
    describe(map, scratch, p, 3, (uint4)(cols, rows, batches, 1), (uint4)(64, 64, 1, 1),
            (long4)(row_bytes, batch_bytes, 0, 0));
}

// After a barrier behind describe(), by whoever fetches.
inline void use_description(__global const void *map) {
    asm volatile("fence.proxy.tensormap::generic.acquire.gpu [%0], 128;" : : "l"(map) : "memory");
}

// Fetches the square at (col, row) of a described matrix; its bytes are counted by `bar`.
inline void fetch_square(
        const uint to, __global const void *map, const uint col, const uint row, const uint batch, const uint bar) {
    asm volatile("cp.async.bulk.tensor.3d.shared::cluster.global.tile.mbarrier::complete_tx::bytes [%0], "
                 "[%1, {%2, %3, %4}], [%5];"
                 : : "r"(to), "l"(map), "r"(col), "r"(row), "r"(batch), "r"(bar) : "memory");
}

// As fetch_square, of images [H W C]: 64 channels from channel on of 64 pixels, a block from (x, y) on, which may reach
// over the image on any side.
inline void fetch_block(
        const uint to, __global const void *map, const uint channel, const int x, const int y, const uint image,
        const uint bar) {
    asm volatile("cp.async.bulk.tensor.4d.shared::cluster.global.tile.mbarrier::complete_tx::bytes [%0], "
                 "[%1, {%2, %3, %4, %5}], [%6];"
                 : : "r"(to), "l"(map), "r"(channel), "r"(x), "r"(y), "r"(image), "r"(bar) : "memory");
}

// ---- The tensor cores: a team of 4 warps adds a [64][16] b [16][N] to its sums, asynchronously. Lane l of warp w
// holds in sum[4 j ..] columns 8 j + l % 4 * 2 and the next, of row 16 w + l / 4 (two numbers) and of that + 8 (two).

// Names a column of squares in local memory as a factor, in units of 16 bytes: where it starts, that squares (which
// hold 64 rows of a or columns of b) follow each other, that groups of 8 of their rows lie 1024 bytes apart, that their
// bytes are permuted. 16 further numbers of k are K_STEP on: in the same rows (along k), or 16 rows down (across).
inline ulong squares(const uint at) {
    return (ulong)(at >> 4) | (ulong)(SQUARE >> 4) << 16 | (ulong)(1024 >> 4) << 32 | 1UL << 62;
}
#define K_STEP(turned) ((turned) ? 16 * 128 / 16 : 16 * 2 / 16)
#define SQUARE_STEP (SQUARE / 16)

inline void sums_begin() { asm volatile(SM_90A "wgmma.fence.sync.aligned;" : : : "memory"); }
inline void sums_commit() { asm volatile(SM_90A "wgmma.commit_group.sync.aligned;" : : : "memory"); }
// Waits until at most `n` (a literal) of the commits are still under way.
#define SUMS_AWAIT(n) asm volatile(SM_90A "wgmma.wait_group.sync.aligned " #n ";" : : : "memory")

#define NAMES_32 "%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15"
#define NAMES_48 NAMES_32 ", %16, %17, %18, %19, %20, %21, %22, %23"
#define NAMES_64 NAMES_48 ", %24, %25, %26, %27, %28, %29, %30, %31"
#define NAMES_80 NAMES_64 ", %32, %33, %34, %35, %36, %37, %38, %39"
#define NAMES_96 NAMES_80 ", %40, %41, %42, %43, %44, %45, %46, %47"
#define NAMES_112 NAMES_96 ", %48, %49, %50, %51, %52, %53, %54, %55"
#define NAMES_128 NAMES_112 ", %56, %57, %58, %59, %60, %61, %62, %63"
#define NAMES_192 NAMES_128 \
    ", %64, %65, %66, %67, %68, %69, %70, %71, %72, %73, %74, %75, %76, %77, %78, %79, %80, %81, %82, %83, %84" \
    ", %85, %86, %87, %88, %89, %90, %91, %92, %93, %94, %95"
#define NAMES_256 NAMES_192 \
    ", %96, %97, %98, %99, %100, %101, %102, %103, %104, %105, %106, %107, %108, %109, %110, %111, %112, %113" \
    ", %114, %115, %116, %117, %118, %119, %120, %121, %122, %123, %124, %125, %126, %127"
#define SUMS_8(s, i) \
    "+f"(s[i]), "+f"(s[i + 1]), "+f"(s[i + 2]), "+f"(s[i + 3]), "+f"(s[i + 4]), "+f"(s[i + 5]), "+f"(s[i + 6]), \
    "+f"(s[i + 7])
#define SUMS_32_FROM(s, i) SUMS_8(s, i), SUMS_8(s, i + 8), SUMS_8(s, i + 16), SUMS_8(s, i + 24)
#define SUMS_32(s) SUMS_8(s, 0), SUMS_8(s, 8)
#define SUMS_48(s) SUMS_32(s), SUMS_8(s, 16)
#define SUMS_64(s) SUMS_48(s), SUMS_8(s, 24)
#define SUMS_80(s) SUMS_64(s), SUMS_8(s, 32)
#define SUMS_96(s) SUMS_80(s), SUMS_8(s, 40)
#define SUMS_112(s) SUMS_96(s), SUMS_8(s, 48)
#define SUMS_128(s) SUMS_112(s), SUMS_8(s, 56)
#define SUMS_192(s) SUMS_128(s), SUMS_32_FROM(s, 64)
#define SUMS_256(s) SUMS_192(s), SUMS_32_FROM(s, 96)
#define FACTORS_32 "%16, %17"
#define FACTORS_48 "%24, %25"
#define FACTORS_64 "%32, %33"
#define FACTORS_80 "%40, %41"
#define FACTORS_96 "%48, %49"
#define FACTORS_112 "%56, %57"
#define FACTORS_128 "%64, %65"
#define FACTORS_192 "%96, %97"
#define FACTORS_256 "%128, %129"
#define OWN_FACTORS_32 "{%16, %17, %18, %19}, %20"
#define OWN_FACTORS_48 "{%24, %25, %26, %27}, %28"
#define OWN_FACTORS_64 "{%32, %33, %34, %35}, %36"
#define OWN_FACTORS_80 "{%40, %41, %42, %43}, %44"
#define OWN_FACTORS_96 "{%48, %49, %50, %51}, %52"
#define OWN_FACTORS_112 "{%56, %57, %58, %59}, %60"
#define OWN_FACTORS_128 "{%64, %65, %66, %67}, %68"
// N is one of these. TURNED: 1 if stored across, 0 if along k.
#define MULTIPLY(N, s, a, b, TURNED_A, TURNED_B) MULTIPLY_(N, s, a, b, TURNED_A, TURNED_B)
#define MULTIPLY_(N, s, a, b, TURNED_A, TURNED_B) \
    asm volatile(SM_90A "wgmma.mma_async.sync.aligned.m64n" #N "k16.f32.bf16.bf16 {" NAMES_##N "}, " FACTORS_##N \
                 ", 1, 1, 1, " #TURNED_A ", " #TURNED_B ";" : SUMS_##N(s) : "l"(a), "l"(b) : "memory")
// As MULTIPLY of factors stored along k, but sums are overwritten.
#define MULTIPLY_FIRST(N, s, a, b) MULTIPLY_FIRST_(N, s, a, b)
#define MULTIPLY_FIRST_(N, s, a, b) \
    asm volatile(SM_90A "wgmma.mma_async.sync.aligned.m64n" #N "k16.f32.bf16.bf16 {" NAMES_##N "}, " FACTORS_##N \
                 ", 0, 1, 1, 0, 0;" : SUMS_##N(s) : "l"(a), "l"(b) : "memory")
// As MULTIPLY, with b stored across and a in registers: each warp has its 16 rows, as `multiply` takes them.
#define MULTIPLY_OWN(N, s, a, b) MULTIPLY_OWN_(N, s, a, b)
#define MULTIPLY_OWN_(N, s, a, b) \
    asm volatile(SM_90A "wgmma.mma_async.sync.aligned.m64n" #N "k16.f32.bf16.bf16 {" NAMES_##N "}, " OWN_FACTORS_##N \
                 ", 1, 1, 1, 1;" : SUMS_##N(s) \
                 : "r"((a)[0]), "r"((a)[1]), "r"((a)[2]), "r"((a)[3]), "l"(b) : "memory")
// As sums_begin and SUMS_AWAIT, where the compiler must know that it may touch these sums until then, or from then on.
#define SUMS_GIVEN(N, s) SUMS_GIVEN_(N, s)
#define SUMS_GIVEN_(N, s) asm volatile(SM_90A "wgmma.fence.sync.aligned;" : SUMS_##N(s) : : "memory")
#define SUMS_READY(left, N, s) SUMS_READY_(left, N, s)
#define SUMS_READY_(left, N, s) \
    asm volatile(SM_90A "wgmma.wait_group.sync.aligned " #left ";" : SUMS_##N(s) : : "memory")
// What other work-items wrote to local memory will be there for the tensor cores too (before a barrier).
inline void tiles_written(void) { asm volatile("fence.proxy.async.shared::cta;" : : : "memory"); }

// Four neighbouring lanes hold the columns of a square of 4 x 4, and then its rows.
inline void turn_quad(uint *x, const uint lane) {
UNROLL
    for (uint far = 1; far < 4; far *= 2)
UNROLL
        for (uint i = 0; i < 4; i++)
            if ((i & far) == 0) {
                const uint other = as_uint(other_lane(as_float(lane & far ? x[i] : x[i + far]), far));
                if (lane & far)
                    x[i] = other;
                else
                    x[i + far] = other;
            }
}
