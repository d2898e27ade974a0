// Rows of a table by ids. An id outside the table takes row 0 and leaves word of itself in fault.
inline uint checked(const int id, const uint rows, __global int *fault) {
    if (id >= 0 && (uint)id < rows) return id;
    *fault = id >= 0 ? max(id, id + 1) : id;
    return 0;
}

// y[i, c] = table[ids[i], c], of any type T of 1, 2, 4 or 16 bytes; one work-item an element.
#ifdef T
__kernel void gather(
        IN(T, table), IN(int, ids), OUT(int, fault), OUT(T, y), const long n, const uint rows, const uint d) {
    const size_t i = ITEM;
    if (i < n) {
        const uint row = checked(ids[ids_at + i / d], rows, fault + fault_at);
        y[y_at + i] = table[table_at + (long)row * d + i % d];
    }
}
#endif

// y[row, c] = sum of values[i, c] over the i with ids[i] = row, in order. One work-group of 64 a row: they look through
// the ids 64 at a time, then add up the rows found.
__kernel __attribute__((reqd_work_group_size(64, 1, 1))) void scatter_add(
        IN(int, ids), IN(STORED, values), OUT(int, fault), OUT(float, y), const uint count, const uint rows,
        const uint d) {
    __local uint found[64];
    const uint lane = get_local_id(0), row = get_group_id(0);
    y += y_at + (long)row * d;
    values += values_at;
    for (uint c = lane; c < d; c += 64) y[c] = 0;
    for (uint base = 0; base < count; base += 64) {
        const uint i = base + lane;
        const int id = i < count ? ids[ids_at + i] : -1;
        if (row == 0 && i < count) checked(id, rows, fault + fault_at);
        barrier(CLK_LOCAL_MEM_FENCE);
        found[lane] = i < count && id == (int)row;
        barrier(CLK_LOCAL_MEM_FENCE);
        for (uint j = 0; j < 64; j++) {
            if (found[j]) {
                for (uint c = lane; c < d; c += 64) y[c] += LOAD(STORED, values, (long)(base + j) * d + c);
            }
        }
    }
}
