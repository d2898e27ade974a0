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
                    var wideG = new Rotation.Place(wide, 0, 4L * room);
                    var wideX = new Rotation.Place(wide, 4L * h * room, 4L * room);
                    var wideGx = new Rotation.Place(wide, 8L * h * room, 4L * room);
                    for (int part = 0; part < 2; part++) {
                        MemorySegment.copy(weights[part].data(), weights[part].base(), w, 4L * part * room, width);
                    }
                    float[] partial = scratch.floats(0, 2L * h * N);
                    for (int c = from; c < to; c++) {
                        sums.data().asSlice(sums.at(2L * c * room), 8L * room).fill((byte) 0);
                        for (int i = c * CHUNK; i < Math.min(tokens, (c + 1) * CHUNK); i++) {
                            Rotation.spread(cos, sin, i % n, e, table);
                            // Of the first head of token i; the other heads follow after n rows.
                            long source = ((long) i / n * h * n + i % n) * e;
                            for (int part = 0; part < 3; part++) {
                                long at = ((long) i * 3 + part) * h * e;
                                var g = new Rotation.Place(grads[part].data(), grads[part].at(source), step);
                                var x = new Rotation.Place(qkv.data(), qkv.at(at), width);
                                var gx = new Rotation.Place(gqkv.data(), gqkv.at(at), width);
                                if (part == 2) {
                                    g.copy(gx, h, e);
                                    continue;
                                }
                                if (e < room) {
                                    g.copy(wideG, h, e);
                                    x.copy(wideX, h, e);
                                }
                                Rotation.backward(
                                        table,
                                        e < room ? wideG : g,
                                        e < room ? wideX : x,
                                        h,
                                        e,
                                        op.eps(),
                                        w,
                                        4L * part * room,
                                        e < room ? wideGx : gx,
                                        sums.data(),
                                        sums.at((2L * c + part) * room),
                                        partial);
                                if (e < room) {
                                    wideGx.copy(gx, h, e);
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
