package dev.airfoil.kernels.cpu.moves;

import dev.airfoil.kernels.cpu.Call;
import dev.airfoil.kernels.cpu.CpuKernel;
import dev.airfoil.kernels.cpu.Floats;
import dev.airfoil.kernels.cpu.vector.Lanes;
import dev.airfoil.tensor.TensorException;
import dev.airfoil.tensor.ops.Gather;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Rows of a table by number; rows of the result in parallel. */
public final class GatherKernel implements CpuKernel<Gather> {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(Lanes.LE);
    private static final int PARALLEL = 32_768;

    @Override
    public void run(Gather op, Call call) {
        Floats table = call.dense(0);
        Floats ids = call.dense(1);
        Floats y = call.result(0);
        int rows = call.in(0).dim(0);
        int d = call.in(0).dim(1);
        call.pool().splitIf(call.out(0).size() > PARALLEL, (int) call.in(1).size(), (from, to) -> {
            for (int i = from; i < to; i++) {
                int id = row("gather", ids, i, rows);
                MemorySegment.copy(table.data(), table.at((long) id * d), y.data(), y.at((long) i * d), 4L * d);
            }
        });
    }

    /** Number {@code i} of {@code ids}, checked. */
    static int row(String op, Floats ids, int i, int rows) {
        int id = ids.data().get(INT, ids.at(i));
        if (id < 0 || id >= rows) {
            throw new TensorException(op + ": id " + id + " is outside a table of " + rows + " rows");
        }
        return id;
    }
}
