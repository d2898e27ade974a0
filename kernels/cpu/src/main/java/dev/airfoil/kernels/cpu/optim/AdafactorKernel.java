package dev.airfoil.kernels.cpu.optim;

import dev.airfoil.kernels.cpu.Call;
import dev.airfoil.kernels.cpu.CpuKernel;
import dev.airfoil.kernels.cpu.Floats;
import dev.airfoil.kernels.cpu.Scratch;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.AdafactorUpdate;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Rows in parallel, in two passes: the second moment with the size of the update (which the clipping needs whole), and
 * the update. g is read twice, everything else once.
 */
public final class AdafactorKernel implements CpuKernel<AdafactorUpdate> {
    /** Elements of a row when the second moment is kept for each: any will do. */
    private static final int PIECE = 2_048;

    @Override
    public boolean accepts(AdafactorUpdate op, List<Tensor> inputs) {
        return inputs.getFirst().size() > 0;
    }

    @Override
    public void run(AdafactorUpdate op, Call call) {
        Tensor p = call.in(0);
        boolean factored = op.moment() == AdafactorUpdate.Moment.FACTORED;
        int columns = factored ? p.dim(-1) : PIECE;
        int rows = Math.toIntExact((p.size() + columns - 1) / columns);
        try (Scratch shared = Scratch.borrow()) {
            SecondMoment moment = factored
                    ? new FactoredMoment(op, call, p.dim(-2), columns, shared)
                    : new FullMoment(op, call, PIECE);
            double clip = Math.max(Math.sqrt(moment.update() / p.size()) / op.clip(), 1);
            Floats m = op.beta1() > 0 ? call.dense(call.inputs() - 1) : call.dense(0);
            Floats newM = op.beta1() > 0 ? call.result(factored ? 3 : 2) : call.result(0);
            float rate = (float) (op.lr() / clip);
            Step step = new Step(rate, (float) op.beta1(), call.dense(1), call.dense(0), m, call.result(0), newM);
            call.pool().splitIf(p.size() > Step.PARALLEL, rows, (from, to) -> {
                try (Scratch own = Scratch.borrow()) {
                    MemorySegment room = own.segment(0, columns);
                    for (int i = from; i < to; i++) {
                        long start = (long) i * columns;
                        int n = (int) Math.min(columns, p.size() - start);
                        step.take(moment.shared(i), moment.factors(i, start, n, room), start, n);
                    }
                }
            });
        }
    }
}
