package dev.airfoil.kernels.opencl;

import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.AdaLnModulate;
import java.util.List;
import java.util.Optional;

/** {@link AdaLnModulate}: see {@link Norms}. */
final class AdaLnModulateKernel implements ClKernel<AdaLnModulate> {
    @Override
    public boolean accepts(AdaLnModulate op, List<Tensor> in) {
        return Norms.fits(in.getFirst()) && in.get(1).dtype() == in.get(2).dtype();
    }

    @Override
    public void run(ClBackend cl, AdaLnModulate op, List<Tensor> in, List<Tensor> out) {
        Tensor x = in.getFirst();
        Norms.forward(
                cl,
                Norms.Norm.LAYER,
                Norms.Use.MODULATE,
                x,
                in.get(2),
                Optional.of(in.get(1)),
                out.getFirst(),
                Norms.Streams.of(x, in.get(1), op.split()),
                op.eps());
    }
}
