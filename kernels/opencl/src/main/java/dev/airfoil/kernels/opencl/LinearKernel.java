package dev.airfoil.kernels.opencl;

import dev.airfoil.tensor.Layout;
import dev.airfoil.tensor.Shape;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.TensorSpec;
import dev.airfoil.tensor.ops.Cast;
import dev.airfoil.tensor.ops.Linear;
import java.util.List;
import java.util.Optional;

/** {@link Linear} with bias and activation at the end of the product: see {@link Gemm}. */
final class LinearKernel implements ClKernel<Linear> {
    @Override
    public void run(ClBackend cl, Linear op, List<Tensor> in, List<Tensor> out) {
        Optional<Tensor> bias = in.stream().skip(2).findFirst().map(cl::dense);
        Gemm.End end = new Gemm.End(Optional.empty(), bias, op.activation());
        product(cl, in.get(0), in.get(1), end, out.getFirst());
    }

    /** {@code y [.. o] = x [.. k] weight [o k]^T} and its end; tensor cores take factors of one type. */
    static void product(ClBackend cl, Tensor x, Tensor stored, Gemm.End end, Tensor y) {
        if (y.size() == 0) {
            return;
        }
        Tensor weight = stored;
        if (stored.dtype() != x.dtype() && cl.tensorCores(x.dtype())) {
            weight = cl.scratch(new TensorSpec(x.dtype(), stored.shape()));
            cl.also(new Cast(x.dtype()), List.of(stored), weight);
        }
        int rows = Math.toIntExact(y.size() / weight.dim(0));
        Shape flat = Shape.of(rows, weight.dim(1));
        Tensor x2 = x.layout()
                .reshape(flat)
                .map(x::withLayout)
                .orElseGet(() -> cl.copy(x).withLayout(Layout.contiguous(flat)));
        Tensor y2 = y.withLayout(Layout.contiguous(Shape.of(rows, weight.dim(0))));
        Gemm.run(cl, x2, weight.withLayout(weight.layout().permute(1, 0)), end, y2);
    }
}
