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
                var wideX = new Rotation.Place(wide, 0, 4L * room);
                var wideY = new Rotation.Place(wide, 4L * h * room, 4L * room);
                for (int part = 0; part < 2; part++) {
                    MemorySegment.copy(weights[part].data(), weights[part].base(), w, 4L * part * room, width);
                }
                float[] scales = own.floats(0, (long) h * N);
                for (int i = from; i < end; i++) {
                    Rotation.spread(cos, sin, i % n, e, table);
                    // Of the first head of token i; the other heads follow after n rows.
                    long target = ((long) i / n * h * n + i % n) * e;
                    for (int part = 0; part < 3; part++) {
                        var x = new Rotation.Place(qkv.data(), qkv.at(((long) i * 3 + part) * h * e), width);
                        var y = new Rotation.Place(to[part].data(), to[part].at(target), step);
                        if (part == 2) {
                            x.copy(y, h, e);
                        } else if (e == room) {
                            Rotation.forward(table, x, h, e, op.eps(), w, 4L * part * room, y, scales);
                        } else {
                            x.copy(wideX, h, e);
                            Rotation.forward(table, wideX, h, e, op.eps(), w, 4L * part * room, wideY, scales);
                            wideY.copy(y, h, e);
                        }
                    }
                }
            }
        });
    }
}
