package dev.airfoil.kernels.cpu.rows;

import static dev.airfoil.kernels.cpu.vector.Lanes.N;

import dev.airfoil.kernels.cpu.Call;
import dev.airfoil.kernels.cpu.CpuKernel;
import dev.airfoil.kernels.cpu.Floats;
import dev.airfoil.kernels.cpu.Scratch;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.QkNormRope;
import java.lang.foreign.MemorySegment;

/** Tokens in parallel: each row of qkv is read once and its heads are written where attention wants them. */
public final class QkNormRopeKernel implements CpuKernel<QkNormRope> {
    @Override
    public void run(QkNormRope op, Call call) {
        Tensor shape = call.in(0);
        int n = shape.dim(1);
        int h = shape.dim(3);
        int e = shape.dim(4);
        int room = Rotation.room(e);
        long width = 4L * e;
        long step = n * width;
        boolean narrow = e < room;
        long after = 4L * h * room;
        Floats qkv = call.dense(0);
        Floats[] weights = {call.dense(1), call.dense(2)};
        Floats[] to = {call.result(0), call.result(1), call.result(2)};
        Floats cos = call.dense(3);
        Floats sin = call.dense(4);
        call.pool().splitIf(shape.size() > NormForward.PARALLEL, shape.dim(0) * n, (from, end) -> {
            try (Scratch own = Scratch.borrow()) {
                MemorySegment table = Rotation.zeros(own, 0, 2L * room);
                MemorySegment w = Rotation.zeros(own, 1, 2L * room);
                MemorySegment wide = Rotation.zeros(own, 2, 2L * h * room);
                for (int part = 0; part < 2; part++) {
                    Rotation.copy(weights[part].data(), weights[part].base(), 0, w, 4L * part * room, 0, 1, e);
                }
                float[] scales = own.floats(0, h + N);
                float[] sums = own.floats(1, (long) h * N);
                for (int i = from; i < end; i++) {
                    Rotation.spread(cos, sin, i % n, e, table);
                    // Of the first head of token i; the other heads follow after n rows.
                    long target = ((long) i / n * h * n + i % n) * e;
                    for (int part = 0; part < 3; part++) {
                        long source = qkv.at(((long) i * 3 + part) * h * e);
                        long first = to[part].at(target);
                        MemorySegment x = qkv.data();
                        MemorySegment y = to[part].data();
                        if (part == 2) {
                            Rotation.copy(x, source, width, y, first, step, h, e);
                            continue;
                        }
                        if (narrow) {
                            Rotation.copy(x, source, width, wide, 0, 4L * room, h, e);
                        }
                        Rotation.forward(
                                table,
                                narrow ? wide : x,
                                narrow ? 0 : source,
                                h,
                                e,
                                op.eps(),
                                w,
                                4L * part * room,
                                narrow ? wide : y,
                                narrow ? after : first,
                                narrow ? 4L * room : step,
                                scales,
                                sums);
                        if (narrow) {
                            Rotation.copy(wide, after, 4L * room, y, first, step, h, e);
                        }
                    }
                }
            }
        });
    }
}
