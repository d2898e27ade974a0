// y[b, i] = cos and y[b, half + i] = sin of 2 pi turns, turns = sigma * frequency. A frequency is a sum of two floats
// (high + low) from the host, so that the product keeps its fraction of a turn to 1e-9 without double arithmetic.
__kernel void time_features(
        IN(float, sigma), IN(float, table), OUT(float, y), const long n, const uint half_dim, const long stride) {
    const size_t item = ITEM;
    if (item < n) {
        const uint b = item / half_dim, i = item % half_dim;
        const float s = sigma[sigma_at + b * stride];
        const float2 f = vload2(i, table + table_at);
        const float high = s * f.x;
        const float low = fma(s, f.x, -high) + s * f.y;
        const float turn = (high - rint(high)) + low;
        y += y_at + (long)b * 2 * half_dim;
        y[i] = cospi(2.0f * turn);
        y[half_dim + i] = sinpi(2.0f * turn);
    }
}
