package dev.airfoil.kernels.opencl;

import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.Gather;
import java.util.List;

/** {@link Gather}: {@code gather.cl}, one work-item an element or 16 bytes. */
final class GatherKernel implements ClKernel<Gather> {
    @Override
    public void run(ClBackend cl, Gather op, List<Tensor> in, List<Tensor> out) {
        Tensor table = cl.dense(in.getFirst());
        Tensor y = out.getFirst();
        int bytes = table.dtype().bytes();
        boolean grouped =
                table.dim(1) * bytes % Copies.ACCESS == 0 && table.layout().offset() * bytes % Copies.ACCESS == 0;
        int width = grouped ? Copies.ACCESS / bytes : 1;
        cl.launch("gather", "gather", "-DT=" + (grouped ? "uint4" : Copies.type(table.dtype())))
                .tensor(table, table.layout().offset() / width)
                .tensor(cl.dense(in.get(1)))
                .tensor(cl.faultWord())
                .tensor(y)
                .number(y.size() / width)
                .number(table.dim(0))
                .number(table.dim(1) / width)
                .items(y.size() / width);
    }
}
