package dev.airfoil.kernels.cpu.pointwise;

import static dev.airfoil.kernels.cpu.vector.Lanes.F;
import static dev.airfoil.kernels.cpu.vector.Lanes.LE;
import static dev.airfoil.kernels.cpu.vector.Lanes.N;
import static dev.airfoil.kernels.cpu.vector.Lanes.offHeap;

import dev.airfoil.kernels.cpu.Call;
import dev.airfoil.kernels.cpu.CpuKernel;
import dev.airfoil.kernels.cpu.Floats;
import dev.airfoil.kernels.cpu.vector.Lanes;
import dev.airfoil.tensor.DType;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.host.HostBackend;
import dev.airfoil.tensor.ops.Cast;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** BF16 and F16 from and to F32, for dense tensors: how weights are read and stored. Elements in parallel. */
public final class CastKernel implements CpuKernel<Cast> {
    private static final VectorSpecies<Integer> WORDS = F.vectorShape().withLanes(int.class);
    private static final VectorSpecies<Short> HALVES =
            VectorSpecies.of(short.class, VectorShape.forBitSize(F.vectorBitSize() / 2));
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(Lanes.LE);

    @Override
    public boolean accepts(Cast op, List<Tensor> inputs) {
        Tensor x = inputs.getFirst();
        boolean widens = op.dtype() == DType.F32 && x.dtype().isFloat();
        boolean narrows = x.dtype() == DType.F32 && op.dtype().isFloat();
        return (widens || narrows) && x.layout().isContiguous();
    }

    @Override
    public boolean reads(List<Tensor> inputs) {
        return true;
    }

    @Override
    public void run(Cast op, Call call) {
        Tensor x = call.in(0);
        MemorySegment from = HostBackend.segment(x);
        long base = x.layout().offset() * x.dtype().bytes();
        Floats y = call.result(0);
        Flat.run(call.pool(), x.size(), (start, n) -> {
            long source = base + start * x.dtype().bytes();
            long target = y.base() + start * op.dtype().bytes();
            if (x.dtype() == op.dtype()) {
                MemorySegment.copy(
                        from, source, y.data(), target, (long) n * x.dtype().bytes());
                return;
            }
            DType half = op.dtype() == DType.F32 ? x.dtype() : op.dtype();
            if (op.dtype() == DType.F32 && half == DType.BF16) {
                widenBf16(from, source, y.data(), target, n);
            } else if (op.dtype() == DType.F32) {
                widenF16(from, source, y.data(), target, n);
            } else if (half == DType.BF16) {
                narrowBf16(from, source, y.data(), target, n);
            } else {
                narrowF16(from, source, y.data(), target, n);
            }
        });
    }

    /** The compiler makes vectors of this loop and of {@link #narrowF16} by itself. */
    private static void widenF16(MemorySegment x, long xo, MemorySegment y, long yo, int n) {
        for (int j = 0; j < n; j++) {
            Lanes.set(y, yo + 4L * j, Float.float16ToFloat(x.get(SHORT, xo + 2L * j)));
        }
    }

    private static void narrowF16(MemorySegment x, long xo, MemorySegment y, long yo, int n) {
        for (int j = 0; j < n; j++) {
            y.set(SHORT, yo + 2L * j, Float.floatToFloat16(Lanes.get(x, xo + 4L * j)));
        }
    }

    private static void widenBf16(MemorySegment x, long xo, MemorySegment y, long yo, int n) {
        MemorySegment out = offHeap(y);
        int end = F.loopBound(n);
        int j = 0;
        for (; j < end; j += N) {
            ShortVector.fromMemorySegment(HALVES, x, xo + 2L * j, LE)
                    .convertShape(VectorOperators.ZERO_EXTEND_S2I, WORDS, 0)
                    .lanewise(VectorOperators.LSHL, 16)
                    .intoMemorySegment(out, yo + 4L * j, LE);
        }
        for (; j < n; j++) {
            Lanes.set(y, yo + 4L * j, DType.fromBf16(x.get(SHORT, xo + 2L * j)));
        }
    }

    /** As {@link DType#toBf16}. */
    private static void narrowBf16(MemorySegment x, long xo, MemorySegment y, long yo, int n) {
        MemorySegment out = offHeap(y);
        int end = F.loopBound(n);
        int j = 0;
        for (; j < end; j += N) {
            IntVector bits = IntVector.fromMemorySegment(WORDS, x, xo + 4L * j, LE);
            IntVector high = bits.lanewise(VectorOperators.LSHR, 16);
            IntVector rounded = high.and(1).add(bits).add(0x7fff).lanewise(VectorOperators.LSHR, 16);
            rounded.blend(high.or(0x40), bits.and(0x7fffffff).compare(VectorOperators.GT, 0x7f800000))
                    .convertShape(VectorOperators.I2S, HALVES, 0)
                    .intoMemorySegment(out, yo + 2L * j, LE);
        }
        for (; j < n; j++) {
            y.set(SHORT, yo + 2L * j, DType.toBf16(Lanes.get(x, xo + 4L * j)));
        }
    }
}
