package dev.airfoil.kernels.cpu.products;

import dev.airfoil.kernels.cpu.Call;
import dev.airfoil.kernels.cpu.Floats;
import dev.airfoil.kernels.cpu.gemm.Epilogue;
import dev.airfoil.kernels.cpu.gemm.FewRows;
import dev.airfoil.kernels.cpu.gemm.Gemm;
import dev.airfoil.kernels.cpu.gemm.Operand;
import dev.airfoil.kernels.cpu.gemm.Product;
import dev.airfoil.kernels.cpu.gemm.RowDots;
import dev.airfoil.kernels.cpu.gemm.Stored;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.host.HostBackend;
import java.util.Optional;

/**
 * {@code x [.. k] weight [n k]^T} (inputs 0 and 1) and what follows. Up to three rows read a narrow weight as it lies, up
 * to eight pack it first; for more rows a weight stays packed once it has been used twice.
 */
final class Projection {
    private Projection() {}

    /** Words of a narrow weight must be whole, and stand side by side. */
    static boolean fits(Stored stored, Tensor weight) {
        return stored == Stored.F32
                || (weight.dim(1) % stored.perWord() == 0 && weight.layout().stride(1) == 1);
    }

    static void run(Call call, Stored stored, Epilogue end) {
        Tensor w = call.in(1);
        int n = w.dim(0);
        int k = w.dim(1);
        int m = n == 0 ? 0 : (int) (call.out(0).size() / n);
        Floats x = call.dense(0);
        Floats y = call.result(0);
        Operand a = Operand.ofRows(x.data(), x.base(), k);
        int size = w.dtype().bytes();
        // Neighbours along k are a word apart: narrow ones share it.
        Operand b = new Operand(
                HostBackend.segment(w),
                w.layout().offset() * size,
                w.layout().stride(0) * size,
                w.layout().stride(1) * size * stored.perWord());
        Product c = Product.set(y.data(), y.base(), n).with(end);
        if (RowDots.suits(m, stored, b)) {
            RowDots.multiply(call.pool(), m, n, k, a, stored, b, c);
            return;
        }
        Gemm gemm = call.choice().gemm();
        boolean few = FewRows.suits(m, stored, gemm);
        Optional<PackCache.Packed> found = call.packs().find(call.pool(), w, stored, k, n, b, few);
        if (found.isEmpty()) {
            gemm.multiply(call.pool(), m, n, k, a, stored, b, c);
            return;
        }
        try (PackCache.Packed packed = found.get()) {
            if (few) {
                FewRows.multiply(call.pool(), m, a, packed.matrix(), c);
            } else {
                gemm.multiply(call.pool(), m, a, packed.matrix(), c);
            }
        }
    }
}
