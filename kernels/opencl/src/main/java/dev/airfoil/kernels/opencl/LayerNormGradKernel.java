package dev.airfoil.kernels.opencl;

import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.LayerNormGrad;
import java.util.List;
import java.util.Optional;

/** {@link LayerNormGrad}: see {@link Norms}. */
final class LayerNormGradKernel implements ClKernel<LayerNormGrad> {
    @Override
    public boolean accepts(LayerNormGrad op, List<Tensor> in) {
        return Norms.fits(in.getFirst());
    }

    @Override
    public void run(ClBackend cl, LayerNormGrad op, List<Tensor> in, List<Tensor> out) {
        Tensor x = in.getFirst();
        Norms.backward(
                cl,
                Norms.Norm.LAYER,
                Norms.Use.WEIGHT_BIAS,
                x,
                in.get(1),
                in.get(2),
                out.get(0),
                out.get(1),
                Optional.of(out.get(2)),
                Norms.Streams.none(Norms.rows(x)),
                op.eps());
    }
}
