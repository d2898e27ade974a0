// One step of AdamW, one work-item a parameter.
__kernel void adam_w(
        IN(float, p), IN(float, g), IN(float, m), IN(float, v), OUT(float, p1), OUT(float, m1), OUT(float, v1),
        const long n, const float keep, const float step, const float beta1, const float rest1, const float beta2,
        const float rest2, const float root_scale, const float eps) {
    const size_t i = ITEM;
    if (i < n) {
        const float grad = g[g_at + i];
        const float a = fma(beta1, m[m_at + i], rest1 * grad);
        const float b = fma(beta2, v[v_at + i], rest2 * grad * grad);
        m1[m1_at + i] = a;
        v1[v1_at + i] = b;
        p1[p1_at + i] = p[p_at + i] * keep - step * a / fma(sqrt(b), root_scale, eps);
    }
}
