// y[o] = sum (or maximum) over r of x[o, r], both strided: 256 work-items are 32 lanes x 8. With COLUMNS, neighbouring
// lanes take neighbouring outputs and the 8 share the work; otherwise the lanes share the work of 8 outputs. Long sums
// are cut into chunks, whose results are an output axis of their own that a second launch reduces.
#ifdef MAXIMUM
#define START -INFINITY
#define JOIN(a, b) (isnan(a) || (a) > (b) ? (a) : (b))
#else
#define START 0
#define JOIN(a, b) ((a) + (b))
#endif

// As place, for the REDUCED_RANK axes that are reduced: usually one, where divisions would take longer than the loads.
#if REDUCED_RANK == 1
#define ROW(r) LOAD(STORED, x, (long)(r) * rs.s7)
#else
#define ROW(r) LOAD(STORED, x, place4(r, rd.s4567, rs.s4567))
#endif
inline long place4(uint i, const uint4 d, const long4 s) {
    const uint a = i / d.w, b = a / d.z, c = b / d.y;
    return (long)(i - a * d.w) * s.w + (long)(a - b * d.z) * s.z + (long)(b - c * d.y) * s.y + (long)c * s.x;
}

__kernel __attribute__((reqd_work_group_size(256, 1, 1))) void reduce(
        IN(STORED, x), OUT(RESULT, y), const uint outputs, const uint reduced, const uint chunk, const uint8 d,
        const long8 xs, const uint8 rd, const long8 rs) {
    __local float parts[8][33];
    const uint lane = get_local_id(0) & 31, row = get_local_id(0) >> 5;
    AT(x);
#ifdef COLUMNS
    const uint o = get_group_id(0) * 32 + lane, first = row, step = 8;
#else
    const uint o = get_group_id(0) * 8 + row, first = lane, step = 32;
#endif
    const uint from = get_group_id(1) * chunk, to = min(reduced, from + chunk);
    float v = START;
    if (o < outputs) {
        x += place(o, d, xs);
        uint r = from + first;
        float v1 = START, v2 = START, v3 = START;
        for (; r + 3 * step < to; r += 4 * step) {
            const float x0 = ROW(r), x1 = ROW(r + step);
            const float x2 = ROW(r + 2 * step), x3 = ROW(r + 3 * step);
            v = JOIN(v, x0);
            v1 = JOIN(v1, x1);
            v2 = JOIN(v2, x2);
            v3 = JOIN(v3, x3);
        }
        for (; r < to; r += step) {
            const float x0 = ROW(r);
            v = JOIN(v, x0);
        }
        v = JOIN(v, v1);
        v2 = JOIN(v2, v3);
        v = JOIN(v, v2);
    }
    parts[row][lane] = v;
    barrier(CLK_LOCAL_MEM_FENCE);
#ifdef COLUMNS
    if (row == 0 && o < outputs) {
        for (uint i = 1; i < 8; i++) v = JOIN(v, parts[i][lane]);
        STORE(RESULT, y, y_at + (long)get_group_id(1) * outputs + o, v);
    }
#else
    if (lane == 0 && o < outputs) {
        for (uint i = 1; i < 32; i++) v = JOIN(v, parts[row][i]);
        STORE(RESULT, y, y_at + (long)get_group_id(1) * outputs + o, v);
    }
#endif
}

#if VEC == 4
// y[chunk, o] = the sum (or maximum) over a chunk of rows of x[r, o]: each lane takes four outputs, the 8 share the rows.
// cols outputs are neighbours, the next ones lie far from them.
__kernel __attribute__((reqd_work_group_size(256, 1, 1))) void reduce_columns(
        IN(STORED, x), OUT(RESULT, y), const uint outputs, const uint rows, const uint chunk, const long pitch,
        const uint cols, const long far) {
    __local float4 parts[8][33];
    const uint lane = get_local_id(0) & 31, sub = get_local_id(0) >> 5;
    const uint o = (get_group_id(0) * 32 + lane) * 4;
    const uint from = get_group_id(1) * chunk, to = min(rows, from + chunk);
    AT(x);
    float4 v = (float4)(START);
    if (o < outputs) {
        x += o / cols * far + o % cols;
        for (uint r = from + sub; r < to; r += 8 * 8) { // loads first: a device must have many under way
            float4 a[8];
UNROLL
            for (uint i = 0; i < 8; i++) a[i] = r + 8 * i < to ? LOAD4(STORED, x, (r + 8 * i) * pitch) : (float4)(START);
UNROLL
            for (uint i = 0; i < 8; i++) v = MAP2(JOIN, v, a[i]);
        }
    }
    parts[sub][lane] = v;
    barrier(CLK_LOCAL_MEM_FENCE);
    if (sub == 0 && o < outputs) {
        for (uint i = 1; i < 8; i++) v = MAP2(JOIN, v, parts[i][lane]);
        STORE4(RESULT, y, y_at + (long)get_group_id(1) * outputs + o, v);
    }
}
#endif
