package dev.airfoil.kernels.opencl;

import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.ScatterAdd;
import java.util.List;

/** {@link ScatterAdd}: {@code gather.cl}, one work-group of 64 a row of the result. */
final class ScatterAddKernel implements ClKernel<ScatterAdd> {
    @Override
    public void run(ClBackend cl, ScatterAdd op, List<Tensor> in, List<Tensor> out) {
        Tensor ids = cl.dense(in.getFirst());
        Tensor y = out.getFirst();
        cl.launch("gather", "scatter_add", Stored.as(in.get(1)))
                .tensor(ids)
                .tensor(cl.dense(in.get(1)))
                .tensor(cl.faultWord())
                .tensor(y)
                .number(Math.toIntExact(ids.size()))
                .number(op.rows())
                .number(y.dim(1))
                .groups(64, op.rows(), 1, 1);
    }
}
