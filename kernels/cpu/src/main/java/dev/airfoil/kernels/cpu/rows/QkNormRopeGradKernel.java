package dev.airfoil.kernels.cpu.rows;

import static dev.airfoil.kernels.cpu.vector.Lanes.N;

import dev.airfoil.kernels.cpu.Call;
import dev.airfoil.kernels.cpu.CpuKernel;
import dev.airfoil.kernels.cpu.Floats;
import dev.airfoil.kernels.cpu.Scratch;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.QkNormRopeGrad;
import java.lang.foreign.MemorySegment;

/**
 * Chunks of tokens in parallel: turn back, then through the RMS norm of the original row; the gradients of the weights
 * are summed chunk by chunk and then in order, so their bits do not depend on the threads.
 */
public final class QkNormRopeGradKernel implements CpuKernel<QkNormRopeGrad> {
    private static final int CHUNK = 16;

    @Override
    public void run(QkNormRopeGrad op, Call call) {
        Tensor shape = call.in(0);
        int tokens = shape.dim(0) * shape.dim(1);
        int chunks = (tokens + CHUNK - 1) / CHUNK;
        int n = shape.dim(1);
        int h = shape.dim(3);
        int e = shape.dim(4);
        int room = Rotation.room(e);
        long width = 4L * e;
        long step = n * width;
        boolean narrow = e < room;
        long after = 4L * h * room;
        try (Scratch shared = Scratch.borrow()) {
            Floats cos = call.dense(3);
            Floats sin = call.dense(4);
            Floats sums = new Floats(shared.segment(0, 2L * chunks * room), 0);
            Floats qkv = call.dense(0);
            Floats gqkv = call.result(0);
            Floats[] weights = {call.dense(1), call.dense(2)};
            Floats[] grads = {call.dense(5), call.dense(6), call.dense(7)};
            call.pool().splitIf(shape.size() > NormForward.PARALLEL, chunks, (from, to) -> {
                try (Scratch scratch = Scratch.borrow()) {
                    MemorySegment table = Rotation.zeros(scratch, 0, 2L * room);
                    MemorySegment w = Rotation.zeros(scratch, 1, 2L * room);
                    MemorySegment wide = Rotation.zeros(scratch, 2, 3L * h * room);
                    for (int part = 0; part < 2; part++) {
                        Rotation.copy(weights[part].data(), weights[part].base(), 0, w, 4L * part * room, 0, 1, e);
                    }
                    float[] scales = scratch.floats(0, 2L * (h + N));
                    float[] partial = scratch.floats(1, 2L * h * N);
                    for (int c = from; c < to; c++) {
                        sums.data().asSlice(sums.at(2L * c * room), 8L * room).fill((byte) 0);
                        for (int i = c * CHUNK; i < Math.min(tokens, (c + 1) * CHUNK); i++) {
                            Rotation.spread(cos, sin, i % n, e, table);
                            // Of the first head of token i; the other heads follow after n rows.
                            long source = ((long) i / n * h * n + i % n) * e;
                            for (int part = 0; part < 3; part++) {
                                long at = ((long) i * 3 + part) * h * e;
                                Floats g = grads[part];
                                MemorySegment gx = gqkv.data();
                                long target = gqkv.at(at);
                                if (part == 2) {
                                    Rotation.copy(g.data(), g.at(source), step, gx, target, width, h, e);
                                    continue;
                                }
                                if (narrow) {
                                    Rotation.copy(qkv.data(), qkv.at(at), width, wide, 0, 4L * room, h, e);
                                    Rotation.copy(g.data(), g.at(source), step, wide, after, 4L * room, h, e);
                                }
                                Rotation.backward(
                                        table,
                                        narrow ? wide : g.data(),
                                        narrow ? after : g.at(source),
                                        narrow ? 4L * room : step,
                                        narrow ? wide : qkv.data(),
                                        narrow ? 0 : qkv.at(at),
                                        h,
                                        e,
                                        op.eps(),
                                        w,
                                        4L * part * room,
                                        narrow ? wide : gx,
                                        narrow ? 2 * after : target,
                                        sums.data(),
                                        sums.at((2L * c + part) * room),
                                        scales,
                                        partial);
                                if (narrow) {
                                    Rotation.copy(wide, 2 * after, 4L * room, gx, target, width, h, e);
                                }
                            }
                        }
                    }
                }
            });
            for (int part = 0; part < 2; part++) {
                Floats w = call.result(1 + part);
                w.data().asSlice(w.base(), 4L * e).fill((byte) 0);
                for (int c = 0; c < chunks; c++) {
                    RowMath.add(sums.data(), sums.at((2L * c + part) * room), w.data(), w.base(), e);
                }
            }
        }
    }
}
