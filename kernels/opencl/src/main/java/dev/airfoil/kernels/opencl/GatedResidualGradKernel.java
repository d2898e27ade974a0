package dev.airfoil.kernels.opencl;

import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.AdaLnModulate;
import dev.airfoil.tensor.ops.GatedResidual;
import dev.airfoil.tensor.ops.GatedResidualGrad;
import java.util.List;
import java.util.Optional;

/** {@link GatedResidualGrad}: see {@link Norms}. */
final class GatedResidualGradKernel implements ClKernel<GatedResidualGrad> {
    @Override
    public boolean accepts(GatedResidualGrad op, List<Tensor> in) {
        return Norms.fits(in.getFirst());
    }

    @Override
    public void run(ClBackend cl, GatedResidualGrad op, List<Tensor> in, List<Tensor> out) {
        Tensor y = in.getFirst();
        Norms.backward(
                cl,
                op.norm() == GatedResidual.Norm.LAYER ? Norms.Norm.LAYER : Norms.Norm.NONE,
                Norms.Use.GATE,
                y,
                in.get(1),
                in.get(2),
                out.get(0),
                out.get(1),
                Optional.empty(),
                Norms.Streams.of(y, in.get(1), op.split()),
                AdaLnModulate.EPS);
    }
}
