package dev.airfoil.kernels.cpu.products;

import dev.airfoil.kernels.cpu.Call;
import dev.airfoil.kernels.cpu.CpuKernel;
import dev.airfoil.kernels.cpu.Floats;
import dev.airfoil.kernels.cpu.gemm.Epilogue;
import dev.airfoil.kernels.cpu.gemm.Gemm;
import dev.airfoil.kernels.cpu.gemm.Operand;
import dev.airfoil.kernels.cpu.gemm.PackedMatrix;
import dev.airfoil.kernels.cpu.gemm.Product;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.Linear;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/** One product with bias and activation in its epilogue; the weight stays packed once it has been used twice. */
public final class LinearKernel implements CpuKernel<Linear> {
    @Override
    public Class<Linear> op() {
        return Linear.class;
    }

    @Override
    public void run(Linear op, Call call) {
        Tensor w = call.in(1);
        int n = w.dim(0);
        int k = w.dim(1);
        int m = n == 0 ? 0 : (int) (call.out(0).size() / n);
        Floats x = call.dense(0);
        Floats y = call.result(0);
        Floats bias = call.inputs() > 2 ? call.dense(2) : new Floats(MemorySegment.NULL, 0);
        Operand a = Operand.ofRows(x.data(), x.base(), k);
        Floats weight = Call.place(w);
        Operand b = new Operand(
                weight.data(),
                weight.base(),
                4 * w.layout().stride(0),
                4 * w.layout().stride(1));
        Product c = Product.set(y.data(), y.base(), n).with(new Epilogue(op.activation(), bias.data(), bias.base()));
        Optional<PackedMatrix> packed = call.packs().find(call.pool(), w, k, n, b);
        if (packed.isPresent()) {
            Gemm.BEST.multiply(call.pool(), m, a, packed.get(), c);
        } else {
            Gemm.BEST.multiply(call.pool(), m, n, k, a, b, c);
        }
    }
}
