package dev.airfoil.kernels.opencl;

import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.LayerNorm;
import java.util.List;
import java.util.Optional;

/** {@link LayerNorm}: see {@link Norms}. */
final class LayerNormKernel implements ClKernel<LayerNorm> {
    @Override
    public boolean accepts(LayerNorm op, List<Tensor> in) {
        return Norms.fits(in.getFirst()) && in.get(1).dtype() == in.get(2).dtype();
    }

    @Override
    public void run(ClBackend cl, LayerNorm op, List<Tensor> in, List<Tensor> out) {
        Tensor x = in.getFirst();
        Norms.forward(
                cl,
                Norms.Norm.LAYER,
                Norms.Use.WEIGHT_BIAS,
                x,
                in.get(1),
                Optional.of(in.get(2)),
                out.getFirst(),
                Norms.Streams.none(Norms.rows(x)),
                op.eps());
    }
}
