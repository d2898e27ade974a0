package dev.airfoil.kernels.cpu.optim;

import dev.airfoil.kernels.cpu.Call;
import dev.airfoil.kernels.cpu.CpuKernel;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.AdafactorUpdate;
import java.util.List;

/**
 * Rows in parallel, in three passes: the second moment, the size of the update (which the clipping needs whole), the
 * update. g is read three times, everything else once.
 */
public final class AdafactorKernel implements CpuKernel<AdafactorUpdate> {
    /** Elements of a row when the second moment is kept for each: any will do. */
    private static final int PIECE = 2_048;

    @Override
    public Class<AdafactorUpdate> op() {
        return AdafactorUpdate.class;
    }

    @Override
    public boolean accepts(AdafactorUpdate op, List<Tensor> inputs) {
        return inputs.getFirst().size() > 0;
    }

    @Override
    public void run(AdafactorUpdate op, Call call) {
        Tensor p = call.in(0);
        boolean factored = op.moment() == AdafactorUpdate.Moment.FACTORED;
        int columns = factored ? p.dim(-1) : PIECE;
        SecondMoment moment = factored
                ? new FactoredMoment(op, call, Math.toIntExact(p.size() / columns / p.dim(-2)), p.dim(-2), columns)
                : new FullMoment(op, call);
        int rows = Math.toIntExact((p.size() + columns - 1) / columns);
        moment.update();
        double squares = moment.sumOfSquares(rows, columns);
        double clip = Math.max(Math.sqrt(squares / p.size()) / op.clip(), 1);
        Step step = new Step(
                (float) (op.lr() / clip),
                (float) op.beta1(),
                call.dense(0),
                op.beta1() > 0 ? call.dense(call.inputs() - 1) : call.dense(0),
                call.result(0),
                op.beta1() > 0 ? call.result(factored ? 3 : 2) : call.result(0));
        call.pool().splitIf(p.size() > Step.PARALLEL, rows, (from, to) -> {
            for (int i = from; i < to; i++) {
                long start = (long) i * columns;
                moment.apply(step, i, start, (int) Math.min(columns, p.size() - start));
            }
        });
    }
}
