package dev.airfoil.dit;

import dev.airfoil.nn.Init;
import dev.airfoil.nn.Linear;
import dev.airfoil.nn.Parameter;
import dev.airfoil.nn.Params;
import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.Attention;
import java.util.List;
import java.util.Optional;

/** Self-attention over the unified sequence, with QK-norm and RoPE: {@code [b n d]} to {@code [b n d]}. */
record JointAttention(Linear qkv, Linear out, Parameter qNorm, Parameter kNorm, int heads) {
    static JointAttention of(Params params, int d, int heads) {
        return new JointAttention(
                Linear.of(params.in("qkv"), d, 3 * d),
                Linear.of(params.in("out"), d, d),
                params.in("q_norm").get("weight", Init.ONES, d / heads),
                params.in("k_norm").get("weight", Init.ONES, d / heads),
                heads);
    }

    Tensor forward(Tensor x, Rope2d.Table rope, Optional<Tensor> mask) {
        int b = x.dim(0);
        int n = x.dim(1);
        int d = x.dim(2);
        Tensor projected = qkv.forward(x).reshape(b, n, 3, heads, d / heads);
        List<Tensor> qkv = F.qkNormRope(projected, qNorm.value(), kNorm.value(), rope.cos(), rope.sin());
        Tensor o = F.attention(qkv.get(0), qkv.get(1), qkv.get(2), mask, Attention.ofHeadWidth(d / heads));
        return out.forward(o.reshape(b, n, d));
    }
}
