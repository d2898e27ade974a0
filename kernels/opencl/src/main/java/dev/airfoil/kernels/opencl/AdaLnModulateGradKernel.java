package dev.airfoil.kernels.opencl;

import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.AdaLnModulateGrad;
import java.util.List;
import java.util.Optional;

/** {@link AdaLnModulateGrad}: see {@link Norms}. */
final class AdaLnModulateGradKernel implements ClKernel<AdaLnModulateGrad> {
    @Override
    public boolean accepts(AdaLnModulateGrad op, List<Tensor> in) {
        return Norms.fits(in.getFirst());
    }

    @Override
    public void run(ClBackend cl, AdaLnModulateGrad op, List<Tensor> in, List<Tensor> out) {
        Tensor x = in.getFirst();
        Norms.backward(
                cl,
                Norms.Norm.LAYER,
                Norms.Use.MODULATE,
                x,
                in.get(1),
                in.get(2),
                out.get(0),
                out.get(2),
                Optional.of(out.get(1)),
                Norms.Streams.of(x, in.get(1), op.split()),
                op.eps());
    }
}
