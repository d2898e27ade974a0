package dev.airfoil.kernels.opencl;

import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.RmsNorm;
import java.util.List;
import java.util.Optional;

/** {@link RmsNorm}: see {@link Norms}. */
final class RmsNormKernel implements ClKernel<RmsNorm> {
    @Override
    public boolean accepts(RmsNorm op, List<Tensor> in) {
        return Norms.fits(in.getFirst());
    }

    @Override
    public void run(ClBackend cl, RmsNorm op, List<Tensor> in, List<Tensor> out) {
        Tensor x = in.getFirst();
        Norms.forward(
                cl,
                Norms.Norm.RMS,
                Norms.Use.WEIGHT,
                x,
                in.get(1),
                Optional.empty(),
                out.getFirst(),
                Norms.Streams.none(Norms.rows(x)),
                op.eps());
    }
}
