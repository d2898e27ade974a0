package dev.airfoil.kernels.cpu.pointwise;

import dev.airfoil.kernels.cpu.Call;
import dev.airfoil.kernels.cpu.CpuKernel;
import dev.airfoil.tensor.ops.Binary;

/** See {@link Pairwise}. */
public final class BinaryKernel implements CpuKernel<Binary> {
    @Override
    public void run(Binary op, Call call) {
        Pairwise.run(
                switch (op.fn()) {
                    case ADD -> Pairwise.Fn.ADD;
                    case SUB -> Pairwise.Fn.SUB;
                    case MUL -> Pairwise.Fn.MUL;
                    case DIV -> Pairwise.Fn.DIV;
                    case MAX -> Pairwise.Fn.MAX;
                    case MIN -> Pairwise.Fn.MIN;
                },
                call);
    }
}
