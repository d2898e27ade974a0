package dev.airfoil.kernels.opencl;

import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.Gather;
import java.util.List;

/** {@link Gather}: {@code gather.cl}, one work-item an element. */
final class GatherKernel implements ClKernel<Gather> {
    @Override
    public Class<Gather> op() {
        return Gather.class;
    }

    @Override
    public void run(ClBackend cl, Gather op, List<Tensor> in, List<Tensor> out) {
        Tensor table = cl.dense(in.getFirst());
        Tensor y = out.getFirst();
        cl.launch("gather", "gather", Stored.as(table))
                .tensor(table)
                .tensor(cl.dense(in.get(1)))
                .tensor(cl.faultWord())
                .tensor(y)
                .number(y.size())
                .number(table.dim(0))
                .number(table.dim(1))
                .items(y.size());
    }
}
