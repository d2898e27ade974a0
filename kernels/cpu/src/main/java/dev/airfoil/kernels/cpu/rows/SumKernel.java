package dev.airfoil.kernels.cpu.rows;

import dev.airfoil.kernels.cpu.Call;
import dev.airfoil.kernels.cpu.CpuKernel;
import dev.airfoil.kernels.cpu.Floats;
import dev.airfoil.kernels.cpu.Scratch;
import dev.airfoil.tensor.ops.Sum;
import java.util.ArrayList;
import java.util.List;

/** Neighbouring axes are summed together, see {@link Reduction}; others one group after the other, last first. */
public final class SumKernel implements CpuKernel<Sum> {
    @Override
    public void run(Sum op, Call call) {
        Floats x = call.dense(0);
        Floats y = call.result(0);
        if (call.in(0).size() == 0 || call.out(0).size() == 0) {
            y.data().asSlice(y.base(), 4 * call.out(0).size()).fill((byte) 0);
            return;
        }
        List<Reduction> steps = steps(call.in(0).shape().toArray(), op.axes());
        try (Scratch between = Scratch.borrow()) {
            for (int i = 0; i < steps.size(); i++) {
                Reduction step = steps.get(i);
                boolean last = i == steps.size() - 1;
                long size = (long) step.outer() * step.inner();
                Floats to = last ? y : new Floats(between.segment(i % 2, size), 0);
                step.run(call.pool(), x, to);
                x = to;
            }
        }
    }

    /** The groups of neighbouring axes, last first; a sum over nothing is a sum of single elements. */
    private static List<Reduction> steps(int[] dims, List<Integer> axes) {
        List<Reduction> steps = new ArrayList<>();
        int inner = 1;
        int axis = dims.length - 1;
        while (axis >= 0) {
            int n = 1;
            while (axis >= 0 && (axes.contains(axis) || dims[axis] == 1)) {
                n *= dims[axis--];
            }
            if (n > 1) {
                steps.add(new Reduction(Reduction.Fn.SUM, outer(dims, axis), n, inner));
            }
            while (axis >= 0 && !axes.contains(axis)) {
                inner *= dims[axis--];
            }
        }
        return steps.isEmpty() ? List.of(new Reduction(Reduction.Fn.SUM, inner, 1, 1)) : steps;
    }

    private static int outer(int[] dims, int last) {
        int size = 1;
        for (int i = 0; i <= last; i++) {
            size *= dims[i];
        }
        return size;
    }
}
