package dev.airfoil.kernels.cpu.products;

import dev.airfoil.kernels.cpu.Call;
import dev.airfoil.kernels.cpu.CpuKernel;
import dev.airfoil.kernels.cpu.Floats;
import dev.airfoil.kernels.cpu.gemm.Operand;
import dev.airfoil.kernels.cpu.gemm.Product;
import dev.airfoil.kernels.cpu.moves.Loop;
import dev.airfoil.tensor.Layout;
import dev.airfoil.tensor.Shape;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.MatMul;
import java.util.Arrays;

/**
 * Products of any strided views. Many small ones run in parallel, each on one worker; few or large ones one after the
 * other, each in parallel.
 */
public final class MatMulKernel implements CpuKernel<MatMul> {
    @Override
    public void run(MatMul op, Call call) {
        Tensor a = call.in(0);
        Tensor b = call.in(1);
        int m = a.dim(-2);
        int k = a.dim(-1);
        int n = b.dim(-1);
        if (call.out(0).size() == 0) {
            return;
        }
        Loop batches = Loop.over(outer(a), outer(b));
        int length = batches.length();
        int count = batches.rows() * length;
        Operand left = operand(a, -2, -1);
        Operand right = operand(b, -1, -2);
        Floats y = call.result(0);
        Product target = Product.set(y.data(), y.base(), n);
        call.pool().splitIf(count >= 2 * call.pool().size(), count, (from, to) -> {
            for (int i = from; i < to; i++) {
                long ai = batches.start(0, i / length) + i % length * batches.steps()[0];
                long bi = batches.start(1, i / length) + i % length * batches.steps()[1];
                call.choice()
                        .gemm()
                        .multiply(call.pool(), m, n, k, left.at(4 * ai), right.at(4 * bi), target.at(4L * i * m * n));
            }
        });
    }

    private static Operand operand(Tensor t, int outer, int depth) {
        Floats place = Call.place(t);
        return new Operand(
                place.data(),
                place.base(),
                4 * t.layout().stride(outer),
                4 * t.layout().stride(depth));
    }

    /** The layout of the axes before the last two. */
    private static Layout outer(Tensor t) {
        int rank = t.shape().rank() - 2;
        return new Layout(
                Shape.of(Arrays.copyOf(t.shape().toArray(), rank)),
                Arrays.copyOf(t.layout().strides(), rank),
                0);
    }
}
