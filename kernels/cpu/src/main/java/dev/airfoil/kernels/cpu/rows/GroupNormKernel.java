package dev.airfoil.kernels.cpu.rows;

import static dev.airfoil.kernels.cpu.vector.Lanes.F;
import static dev.airfoil.kernels.cpu.vector.Lanes.LE;
import static dev.airfoil.kernels.cpu.vector.Lanes.N;
import static dev.airfoil.kernels.cpu.vector.Lanes.offHeap;

import dev.airfoil.kernels.cpu.Call;
import dev.airfoil.kernels.cpu.CpuKernel;
import dev.airfoil.kernels.cpu.Floats;
import dev.airfoil.kernels.cpu.Scratch;
import dev.airfoil.kernels.cpu.vector.ActivationLoops;
import dev.airfoil.kernels.cpu.vector.Lanes;
import dev.airfoil.kernels.cpu.vector.VectorMath;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.Activation;
import dev.airfoil.tensor.ops.GroupNorm;
import java.lang.foreign.MemorySegment;
import java.util.List;
import jdk.incubator.vector.FloatVector;

/** Groups of one image in parallel: a group is one dense row; then scale, shift and activation channel by channel. */
public final class GroupNormKernel implements CpuKernel<GroupNorm> {
    /** Elements that still lie in the first-level cache when the activation follows. */
    private static final int PIECE = 2_048;

    @Override
    public boolean accepts(GroupNorm op, List<Tensor> inputs) {
        return inputs.getFirst().size() > 0;
    }

    @Override
    public void run(GroupNorm op, Call call) {
        Tensor shape = call.in(0);
        int channels = shape.dim(1) / op.groups();
        int pixels = shape.dim(2) * shape.dim(3);
        Floats x = call.dense(0);
        Floats w = call.dense(1);
        Floats b = call.dense(2);
        Floats y = call.result(0);
        call.pool().splitIf(shape.size() > NormForward.PARALLEL, shape.dim(0) * op.groups(), (from, to) -> {
            try (Scratch own = Scratch.borrow()) {
                MemorySegment spare = own.segment(0, N);
                float[] scale = new float[RowMath.ROOM];
                for (int i = from; i < to; i++) {
                    long row = (long) i * channels * pixels;
                    Norm.LAYER.measure(x.data(), x.at(row), channels * pixels, op.eps(), scale);
                    for (int c = 0; c < channels; c++) {
                        int channel = i % op.groups() * channels + c;
                        float factor = scale[1] * Lanes.get(w.data(), w.at(channel));
                        float shift = Lanes.get(b.data(), b.at(channel));
                        for (int start = 0; start < pixels; start += PIECE) {
                            long at = row + (long) c * pixels + start;
                            int n = Math.min(PIECE, pixels - start);
                            int done = 0;
                            if (op.activation() == Activation.Fn.SILU) {
                                done = F.loopBound(n);
                                silu(x.data(), x.at(at), scale[0], factor, shift, y.data(), y.at(at), done);
                                at += done;
                            }
                            map(x.data(), x.at(at), scale[0], factor, shift, y.data(), y.at(at), n - done);
                            ActivationLoops.inPlace(op.activation(), y.data(), y.at(at), 0, 1, n - done, spare);
                        }
                    }
                }
            }
        });
    }

    /** {@link #map} and its usual activation at once, for whole vectors. */
    private static void silu(
            MemorySegment x, long xo, float mean, float factor, float shift, MemorySegment y, long yo, int n) {
        MemorySegment out = offHeap(y);
        for (int j = 0; j < n; j += N) {
            FloatVector v = FloatVector.fromMemorySegment(F, x, xo + 4L * j, LE)
                    .sub(mean)
                    .fma(FloatVector.broadcast(F, factor), FloatVector.broadcast(F, shift));
            VectorMath.silu(v).intoMemorySegment(out, yo + 4L * j, LE);
        }
    }

    private static void map(
            MemorySegment x, long xo, float mean, float factor, float shift, MemorySegment y, long yo, int n) {
        MemorySegment out = offHeap(y);
        int end = F.loopBound(n);
        int j = 0;
        for (; j < end; j += N) {
            FloatVector.fromMemorySegment(F, x, xo + 4L * j, LE)
                    .sub(mean)
                    .fma(FloatVector.broadcast(F, factor), FloatVector.broadcast(F, shift))
                    .intoMemorySegment(out, yo + 4L * j, LE);
        }
        for (; j < n; j++) {
            Lanes.set(y, yo + 4L * j, Math.fma(Lanes.get(x, xo + 4L * j) - mean, factor, shift));
        }
    }
}
