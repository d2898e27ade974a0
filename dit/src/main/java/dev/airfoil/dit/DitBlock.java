package dev.airfoil.dit;

import dev.airfoil.nn.Mlp;
import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.GatedResidual.Norm;
import java.util.Optional;

/**
 * One transformer block: attention and MLP, each as a modulated sandwich {@code x + gate LN(f(LN(x) (1 + scale) +
 * shift))} (appendix A.1).
 */
record DitBlock(JointAttention attn, Mlp mlp) {
    /**
     * @param x {@code [b n d]}, text rows first
     * @param modulation {@code [b 2 6 d]}: stream (text, image); shift, scale, gate of attention, then of the MLP
     * @param text number of text rows
     */
    Tensor forward(Tensor x, Tensor modulation, int text, Rope2d.Table rope, Optional<Tensor> mask) {
        Tensor in = F.adaLnModulate(x, modulation.select(2, 0), modulation.select(2, 1), text);
        Tensor y = F.gatedResidual(x, attn.forward(in, rope, mask), modulation.select(2, 2), text, Norm.LAYER);
        Tensor mid = F.adaLnModulate(y, modulation.select(2, 3), modulation.select(2, 4), text);
        return F.gatedResidual(y, mlp.forward(mid), modulation.select(2, 5), text, Norm.LAYER);
    }
}
