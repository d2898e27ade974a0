package dev.airfoil.kernels.cpu.rows;

import static dev.airfoil.kernels.cpu.vector.Lanes.F;
import static dev.airfoil.kernels.cpu.vector.Lanes.LE;
import static dev.airfoil.kernels.cpu.vector.Lanes.N;

import dev.airfoil.kernels.cpu.Call;
import dev.airfoil.kernels.cpu.CpuKernel;
import dev.airfoil.kernels.cpu.Floats;
import dev.airfoil.kernels.cpu.Scratch;
import dev.airfoil.kernels.cpu.vector.Lanes;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.QkNormRopeGrad;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * Chunks of tokens in parallel: turn back, then through the RMS norm of the original row; the gradients of the weights
 * are summed chunk by chunk and then in order, so their bits do not depend on the threads.
 */
public final class QkNormRopeGradKernel implements CpuKernel<QkNormRopeGrad> {
    private static final int CHUNK = 16;

    @Override
    public Class<QkNormRopeGrad> op() {
        return QkNormRopeGrad.class;
    }

    @Override
    public void run(QkNormRopeGrad op, Call call) {
        Tensor shape = call.in(0);
        int tokens = shape.dim(0) * shape.dim(1);
        int chunks = (tokens + CHUNK - 1) / CHUNK;
        int e = shape.dim(4);
        try (Scratch shared = Scratch.borrow()) {
            Rotation turn = Rotation.of(
                    call.dense(3), call.dense(4), shape.dim(1), e, shared.segment(0, 2L * shape.dim(1) * e));
            Floats sums = new Floats(shared.segment(1, 2L * chunks * e), 0);
            Work work = new Work(op.eps(), shape.dim(1), shape.dim(3), e, call, turn, sums);
            call.pool().splitIf(shape.size() > NormForward.PARALLEL, chunks, (from, to) -> {
                try (Scratch own = Scratch.borrow()) {
                    MemorySegment row = own.segment(2, e);
                    for (int c = from; c < to; c++) {
                        work.chunk(c, c * CHUNK, Math.min(tokens, (c + 1) * CHUNK), row);
                    }
                }
            });
            for (int part = 0; part < 2; part++) {
                Floats w = call.result(1 + part);
                w.data().asSlice(w.base(), 4L * e).fill((byte) 0);
                for (int c = 0; c < chunks; c++) {
                    NormBackward.add(sums, (2L * c + part) * e, w, 0, e);
                }
            }
        }
    }

    private static final class Work {
        private final float eps;
        private final int n;
        private final int h;
        private final int e;
        private final Rotation turn;
        private final Floats sums;
        private final Floats qkv;
        private final Floats gqkv;
        private final Floats[] weights;
        private final Floats[] grads;

        Work(float eps, int n, int h, int e, Call call, Rotation turn, Floats sums) {
            this.eps = eps;
            this.n = n;
            this.h = h;
            this.e = e;
            this.turn = turn;
            this.sums = sums;
            this.qkv = call.dense(0);
            this.gqkv = call.result(0);
            this.weights = new Floats[] {call.dense(1), call.dense(2)};
            this.grads = new Floats[] {call.dense(5), call.dense(6), call.dense(7)};
        }

        void chunk(int c, int from, int to, MemorySegment row) {
            sums.data().asSlice(sums.at(2L * c * e), 8L * e).fill((byte) 0);
            for (int i = from; i < to; i++) {
                for (int part = 0; part < 3; part++) {
                    for (int head = 0; head < h; head++) {
                        long at = (((long) i * 3 + part) * h + head) * e;
                        long g = grads[part].at((((long) i / n * h + head) * n + i % n) * e);
                        if (part == 2) {
                            MemorySegment.copy(grads[2].data(), g, gqkv.data(), gqkv.at(at), 4L * e);
                            continue;
                        }
                        turn.backward(grads[part].data(), g, i % n, row, 0);
                        norm(at, row, weights[part], sums.at((2L * c + part) * e));
                    }
                }
            }
        }

        /** From the gradient {@code g} of {@code x rstd w} to that of x, and {@code g hat} added to {@code sum}. */
        private void norm(long at, MemorySegment g, Floats w, long sum) {
            MemorySegment x = qkv.data();
            long xo = qkv.at(at);
            float rstd = Norm.RMS.factor(x, xo, e, 0, eps);
            // g hat first, while g is as it came; then g w takes its place.
            gatherAndScale(x, xo, rstd, g, w.data(), w.base(), sums.data(), sum);
            float mean = RowMath.dot(g, 0, x, xo, e) * rstd * rstd / e;
            back(x, xo, rstd, mean, g, gqkv.data(), gqkv.at(at));
        }

        private void gatherAndScale(
                MemorySegment x,
                long xo,
                float rstd,
                MemorySegment g,
                MemorySegment w,
                long wo,
                MemorySegment sum,
                long so) {
            int j = 0;
            for (; j + N <= e; j += N) {
                FloatVector v = FloatVector.fromMemorySegment(F, g, 4L * j, LE);
                FloatVector hat =
                        FloatVector.fromMemorySegment(F, x, xo + 4L * j, LE).mul(rstd);
                v.fma(hat, FloatVector.fromMemorySegment(F, sum, so + 4L * j, LE))
                        .intoMemorySegment(sum, so + 4L * j, LE);
                v.mul(FloatVector.fromMemorySegment(F, w, wo + 4L * j, LE)).intoMemorySegment(g, 4L * j, LE);
            }
            for (; j < e; j++) {
                float v = Lanes.get(g, 4L * j);
                float hat = Lanes.get(x, xo + 4L * j) * rstd;
                Lanes.set(sum, so + 4L * j, Math.fma(v, hat, Lanes.get(sum, so + 4L * j)));
                Lanes.set(g, 4L * j, v * Lanes.get(w, wo + 4L * j));
            }
        }

        private void back(
                MemorySegment x, long xo, float rstd, float mean, MemorySegment g, MemorySegment gx, long to) {
            int j = 0;
            for (; j + N <= e; j += N) {
                FloatVector v = FloatVector.fromMemorySegment(F, g, 4L * j, LE)
                        .sub(FloatVector.fromMemorySegment(F, x, xo + 4L * j, LE)
                                .mul(mean));
                v.mul(rstd).intoMemorySegment(gx, to + 4L * j, LE);
            }
            for (; j < e; j++) {
                float v = Lanes.get(g, 4L * j) - Lanes.get(x, xo + 4L * j) * mean;
                Lanes.set(gx, to + 4L * j, v * rstd);
            }
        }
    }
}
