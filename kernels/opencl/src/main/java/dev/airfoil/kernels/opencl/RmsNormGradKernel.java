package dev.airfoil.kernels.opencl;

import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.RmsNormGrad;
import java.util.List;
import java.util.Optional;

/** {@link RmsNormGrad}: see {@link Norms}. */
final class RmsNormGradKernel implements ClKernel<RmsNormGrad> {
    @Override
    public boolean accepts(RmsNormGrad op, List<Tensor> in) {
        return Norms.fits(in.getFirst());
    }

    @Override
    public void run(ClBackend cl, RmsNormGrad op, List<Tensor> in, List<Tensor> out) {
        Tensor x = in.getFirst();
        Norms.backward(
                cl,
                Norms.Norm.RMS,
                Norms.Use.WEIGHT,
                x,
                in.get(1),
                in.get(2),
                out.get(0),
                out.get(1),
                Optional.empty(),
                Norms.Streams.none(Norms.rows(x)),
                op.eps());
    }
}
