package dev.airfoil.dit;

import dev.airfoil.nn.Mlp;
import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.GatedResidual.Norm;
import java.util.List;
import java.util.Optional;

/**
 * One transformer block: attention and MLP, each as a modulated sandwich {@code x + gate LN(f(LN(x) (1 + scale) +
 * shift))} (appendix A.1).
 */
record DitBlock(JointAttention attn, Mlp mlp) {
    /**
     * @param x {@code [b n d]}, text rows first
     * @param modulation six of {@code [b 2 d]}: shift, scale, gate of attention, then of the MLP; stream text, image
     * @param text number of text rows
     */
    Tensor forward(Tensor x, List<Tensor> modulation, int text, Rope2d.Table rope, Optional<Tensor> mask) {
        Tensor in = F.adaLnModulate(x, modulation.get(0), modulation.get(1), text);
        Tensor y = F.gatedResidual(x, attn.forward(in, rope, mask), modulation.get(2), text, Norm.LAYER);
        Tensor mid = F.adaLnModulate(y, modulation.get(3), modulation.get(4), text);
        return F.gatedResidual(y, mlp.forward(mid), modulation.get(5), text, Norm.LAYER);
    }
}
