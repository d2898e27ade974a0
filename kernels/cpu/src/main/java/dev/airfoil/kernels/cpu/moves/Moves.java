package dev.airfoil.kernels.cpu.moves;

import dev.airfoil.kernels.cpu.Call;
import dev.airfoil.kernels.cpu.CpuKernel;
import dev.airfoil.kernels.cpu.Floats;
import dev.airfoil.tensor.Layout;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.Concat;
import dev.airfoil.tensor.ops.Copy;
import dev.airfoil.tensor.ops.Pad;
import java.util.List;

/** The ops that only move 4-byte elements. */
public final class Moves {
    private Moves() {}

    /** A dense copy of a view. */
    public static final class CopyKernel implements CpuKernel<Copy> {
        @Override
        public boolean accepts(Copy op, List<Tensor> inputs) {
            return inputs.getFirst().dtype().bytes() == 4;
        }

        @Override
        public void run(Copy op, Call call) {
            Tensor x = call.in(0);
            StridedCopy.run(call.pool(), Call.place(x), x.layout(), call.result(0));
        }
    }

    /** Each part to its stretch of the axis. */
    public static final class ConcatKernel implements CpuKernel<Concat> {
        @Override
        public boolean accepts(Concat op, List<Tensor> inputs) {
            return inputs.getFirst().dtype().bytes() == 4;
        }

        @Override
        public void run(Concat op, Call call) {
            int start = 0;
            for (int i = 0; i < call.inputs(); i++) {
                Tensor part = call.in(i);
                put(call, part, op.axis(), start);
                start += part.dim(op.axis());
            }
        }
    }

    /** Zeros around a part. */
    public static final class PadKernel implements CpuKernel<Pad> {
        @Override
        public boolean accepts(Pad op, List<Tensor> inputs) {
            return inputs.getFirst().dtype().bytes() == 4;
        }

        @Override
        public void run(Pad op, Call call) {
            Floats y = call.result(0);
            y.data().asSlice(y.base(), 4 * call.out(0).size()).fill((byte) 0);
            put(call, call.in(0), op.axis(), op.before());
        }
    }

    private static void put(Call call, Tensor part, int axis, int start) {
        Layout whole = Layout.contiguous(call.out(0).shape());
        Layout target = whole.narrow(axis, start, part.dim(axis));
        Floats y = call.result(0);
        Floats to = new Floats(y.data(), y.at(target.offset()));
        StridedCopy.run(call.pool(), Call.place(part), part.layout(), to, target);
    }
}
