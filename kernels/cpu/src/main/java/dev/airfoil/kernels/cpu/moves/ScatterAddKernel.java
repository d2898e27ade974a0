package dev.airfoil.kernels.cpu.moves;

import static dev.airfoil.kernels.cpu.vector.Lanes.F;
import static dev.airfoil.kernels.cpu.vector.Lanes.LE;

import dev.airfoil.kernels.cpu.Call;
import dev.airfoil.kernels.cpu.CpuKernel;
import dev.airfoil.kernels.cpu.Floats;
import dev.airfoil.kernels.cpu.vector.Lanes;
import dev.airfoil.tensor.ops.ScatterAdd;
import jdk.incubator.vector.FloatVector;

/** Sums rows into a table. Columns in parallel, so that each sum is made by one worker in the order of the rows. */
public final class ScatterAddKernel implements CpuKernel<ScatterAdd> {
    private static final int PARALLEL = 32_768;

    @Override
    public void run(ScatterAdd op, Call call) {
        Floats ids = call.dense(0);
        Floats x = call.dense(1);
        Floats y = call.result(0);
        int n = (int) call.in(0).size();
        int d = call.out(0).dim(1);
        y.data().asSlice(y.base(), 4 * call.out(0).size()).fill((byte) 0);
        int groups = (d + Lanes.N - 1) / Lanes.N;
        call.pool().splitIf((long) n * d > PARALLEL, groups, (from, to) -> {
            int end = Math.min(d, to * Lanes.N);
            for (int i = 0; i < n; i++) {
                long row = (long) GatherKernel.row("scatterAdd", ids, i, op.rows()) * d;
                add(x, (long) i * d, y, row, from * Lanes.N, end);
            }
        });
    }

    private static void add(Floats x, long source, Floats y, long target, int from, int end) {
        int j = from;
        for (; j + Lanes.N <= end; j += Lanes.N) {
            long at = y.at(target + j);
            FloatVector.fromMemorySegment(F, y.data(), at, LE)
                    .add(FloatVector.fromMemorySegment(F, x.data(), x.at(source + j), LE))
                    .intoMemorySegment(y.data(), at, LE);
        }
        for (; j < end; j++) {
            long at = y.at(target + j);
            Lanes.set(y.data(), at, Lanes.get(y.data(), at) + Lanes.get(x.data(), x.at(source + j)));
        }
    }
}
