package dev.airfoil.kernels.cpu.rows;

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
    public Class<QkNormRope> op() {
        return QkNormRope.class;
    }

    @Override
    public void run(QkNormRope op, Call call) {
        Tensor shape = call.in(0);
        int n = shape.dim(1);
        int h = shape.dim(3);
        int e = shape.dim(4);
        Floats qkv = call.dense(0);
        Floats[] weights = {call.dense(1), call.dense(2)};
        Floats[] to = {call.result(0), call.result(1), call.result(2)};
        try (Scratch shared = Scratch.borrow()) {
            Rotation turn = Rotation.of(call.dense(3), call.dense(4), n, e, shared.segment(0, 2L * n * e));
            call.pool().splitIf(shape.size() > NormForward.PARALLEL, shape.dim(0) * n, (from, end) -> {
                for (int i = from; i < end; i++) {
                    for (int part = 0; part < 3; part++) {
                        for (int head = 0; head < h; head++) {
                            long source = qkv.at((((long) i * 3 + part) * h + head) * e);
                            long target = to[part].at((((long) i / n * h + head) * n + i % n) * e);
                            MemorySegment x = qkv.data();
                            if (part == 2) {
                                MemorySegment.copy(x, source, to[2].data(), target, 4L * e);
                                continue;
                            }
                            float factor = Norm.RMS.factor(x, source, e, 0, op.eps());
                            Floats w = weights[part];
                            turn.forward(x, source, factor, w.data(), w.base(), i % n, to[part].data(), target);
                        }
                    }
                }
            });
        }
    }
}
