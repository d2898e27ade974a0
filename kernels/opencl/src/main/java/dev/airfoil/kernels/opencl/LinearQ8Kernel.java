package dev.airfoil.kernels.opencl;

import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.TensorSpec;
import dev.airfoil.tensor.ops.LinearQ8;
import java.util.List;
import java.util.Optional;

/**
 * {@link LinearQ8}: the weight is widened where {@link Gemm} loads it, and its scales are factors of the sums. Tensor cores
 * take factors of one type: for them it is widened in memory first.
 */
final class LinearQ8Kernel implements ClKernel<LinearQ8> {
    @Override
    public Class<LinearQ8> op() {
        return LinearQ8.class;
    }

    @Override
    public void run(ClBackend cl, LinearQ8 op, List<Tensor> in, List<Tensor> out) {
        Tensor x = in.get(0);
        Tensor values = in.get(1);
        Tensor scale = cl.dense(in.get(2));
        Optional<Tensor> bias = in.stream().skip(3).findFirst().map(cl::dense);
        if (!cl.tensorCores(x.dtype())) {
            Gemm.End end = new Gemm.End(Optional.of(scale), bias, op.activation());
            LinearKernel.product(cl, x, values, end, out.getFirst());
            return;
        }
        Tensor weight = cl.scratch(new TensorSpec(x.dtype(), values.shape()));
        cl.launch("cast", "widen", "-DFROM=I8 -DTO=" + x.dtype())
                .tensors(List.of(cl.dense(values), scale, weight))
                .number(weight.size())
                .number(weight.dim(1))
                .items(weight.size());
        Gemm.End end = new Gemm.End(Optional.empty(), bias, op.activation());
        LinearKernel.product(cl, x, weight, end, out.getFirst());
    }
}
