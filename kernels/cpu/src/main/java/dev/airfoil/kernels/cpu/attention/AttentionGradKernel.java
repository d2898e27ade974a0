package dev.airfoil.kernels.cpu.attention;

import dev.airfoil.kernels.cpu.Call;
import dev.airfoil.kernels.cpu.CpuKernel;
import dev.airfoil.kernels.cpu.Floats;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.AttentionGrad;
import java.util.List;

/** Binds {@link FlashAttentionGrad}. */
public final class AttentionGradKernel implements CpuKernel<AttentionGrad> {
    @Override
    public boolean accepts(AttentionGrad op, List<Tensor> inputs) {
        return inputs.getFirst().size() > 0 && inputs.get(1).size() > 0;
    }

    @Override
    public void run(AttentionGrad op, Call call) {
        Problem p = AttentionKernel.problem(op.attention(), call, 6);
        Floats lse = call.dense(4);
        new FlashAttentionGrad(call.choice().attention())
                .run(
                        call.pool(),
                        p,
                        new FlashAttentionGrad.Tensors(
                                AttentionKernel.heads(call, 0),
                                AttentionKernel.heads(call, 1),
                                AttentionKernel.heads(call, 2),
                                merged(call, 3, p),
                                merged(call, 5, p),
                                lse.data(),
                                lse.base(),
                                result(call, 0, p.h(), p.n(), p.e()),
                                result(call, 1, p.h(), p.m(), p.e()),
                                result(call, 2, p.h(), p.m(), p.e())));
    }

    private static Heads merged(Call call, int i, Problem p) {
        Floats x = call.dense(i);
        return Heads.merged(x.data(), x.base(), p.h(), p.n(), p.e());
    }

    private static Heads result(Call call, int i, int h, int n, int e) {
        Floats x = call.result(i);
        return Heads.dense(x.data(), x.base(), h, n, e);
    }
}
