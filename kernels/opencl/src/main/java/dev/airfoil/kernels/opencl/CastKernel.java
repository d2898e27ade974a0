package dev.airfoil.kernels.opencl;

import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.Cast;
import java.util.List;

/** {@link Cast}: {@code cast.cl}, one work-item an element, or four where all is dense. */
final class CastKernel implements ClKernel<Cast> {
    @Override
    public void run(ClBackend cl, Cast op, List<Tensor> in, List<Tensor> out) {
        Tensor x = in.getFirst();
        Tensor y = out.getFirst();
        String types = "-DFROM=" + x.dtype() + " -DTO=" + y.dtype();
        if (x.layout().isContiguous()) {
            boolean four = x.dtype().isFloat() && y.dtype().isFloat() && Stored.byFour(y.size(), x);
            cl.launch("cast", "cast", types + (four ? " -DDENSE -DVEC=4" : " -DDENSE"))
                    .tensor(x)
                    .tensor(y)
                    .number(y.size())
                    .items(four ? y.size() / 4 : y.size());
            return;
        }
        Elementwise.checkSize(x.size());
        Strided s = Strided.of(List.of(x.layout()));
        cl.launch("cast", "cast", types + " -DRANK=" + s.rank())
                .tensor(x)
                .tensor(y)
                .number(y.size())
                .vector(s.dims())
                .vector(s.strides().getFirst())
                .items(y.size());
    }
}
