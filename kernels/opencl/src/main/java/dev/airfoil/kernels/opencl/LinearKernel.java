package dev.airfoil.kernels.opencl;

import dev.airfoil.tensor.Layout;
import dev.airfoil.tensor.Shape;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.Linear;
import java.util.List;
import java.util.Optional;

/** {@link Linear} with bias and activation at the end of the product: see {@link Gemm}. */
final class LinearKernel implements ClKernel<Linear> {
    @Override
    public Class<Linear> op() {
        return Linear.class;
    }

    /** Factors are of one type: a weight narrower than x is widened first. */
    @Override
    public boolean accepts(Linear op, List<Tensor> in) {
        return in.get(0).dtype() == in.get(1).dtype();
    }

    @Override
    public void run(ClBackend cl, Linear op, List<Tensor> in, List<Tensor> out) {
        Tensor y = out.getFirst();
        Tensor weight = in.get(1);
        if (y.size() == 0) {
            return;
        }
        int rows = Math.toIntExact(y.size() / weight.dim(0));
        Shape flat = Shape.of(rows, weight.dim(1));
        Tensor x = in.get(0);
        Tensor x2 = x.layout()
                .reshape(flat)
                .map(x::withLayout)
                .orElseGet(() -> cl.dense(x).withLayout(Layout.contiguous(flat)));
        Optional<Tensor> bias = in.size() > 2 ? Optional.of(cl.dense(in.get(2))) : Optional.empty();
        Tensor y2 = y.withLayout(Layout.contiguous(Shape.of(rows, weight.dim(0))));
        Gemm.run(cl, x2, weight.withLayout(weight.layout().permute(1, 0)), bias, op.activation(), y2);
    }
}
