package dev.airfoil.kernels.opencl;

import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.AdaLnModulate;
import dev.airfoil.tensor.ops.GatedResidual;
import java.util.List;
import java.util.Optional;

/** {@link GatedResidual}: see {@link Norms}. */
final class GatedResidualKernel implements ClKernel<GatedResidual> {
    @Override
    public boolean accepts(GatedResidual op, List<Tensor> in) {
        return Norms.fits(in.getFirst());
    }

    @Override
    public void run(ClBackend cl, GatedResidual op, List<Tensor> in, List<Tensor> out) {
        Tensor y = in.get(1);
        Norms.forward(
                cl,
                op.norm() == GatedResidual.Norm.LAYER ? Norms.Norm.LAYER : Norms.Norm.NONE,
                Norms.Use.GATE,
                y,
                in.get(2),
                Optional.of(in.getFirst()),
                out.getFirst(),
                Norms.Streams.of(y, in.get(2), op.split()),
                AdaLnModulate.EPS);
    }
}
