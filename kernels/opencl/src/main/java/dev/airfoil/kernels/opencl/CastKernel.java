package dev.airfoil.kernels.opencl;

import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.Cast;
import java.util.List;

/** {@link Cast}: {@code cast.cl}, one work-item an element. */
final class CastKernel implements ClKernel<Cast> {
    @Override
    public Class<Cast> op() {
        return Cast.class;
    }

    @Override
    public boolean readsHalf() {
        return true;
    }

    @Override
    public void run(ClBackend cl, Cast op, List<Tensor> in, List<Tensor> out) {
        Tensor x = in.getFirst();
        Tensor y = out.getFirst();
        boolean dense = x.layout().isContiguous();
        if (!dense) {
            Elementwise.checkSize(x.size());
        }
        Strided s = dense ? Strided.SCALAR : Strided.of(List.of(x.layout()));
        String how = dense ? " -DDENSE" : " -DRANK=" + s.rank();
        cl.launch("cast", "cast", "-DFROM=" + x.dtype() + " -DTO=" + y.dtype() + how)
                .tensor(x)
                .tensor(y)
                .number(y.size())
                .vector(s.dims())
                .vector(s.strides().getFirst())
                .items(y.size());
    }
}
