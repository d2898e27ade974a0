package dev.airfoil.kernels.cpu.pointwise;

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

/** BF16 and F16 from and to F32, for dense tensors: how weights are read and stored. Elements in parallel. */
public final class CastKernel implements CpuKernel<Cast> {
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(Lanes.LE);

    @Override
    public Class<Cast> op() {
        return Cast.class;
    }

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
            } else if (op.dtype() == DType.F32) {
                widen(x.dtype(), from, source, y.data(), target, n);
            } else {
                narrow(op.dtype(), from, source, y.data(), target, n);
            }
        });
    }

    private static void widen(DType type, MemorySegment x, long xo, MemorySegment y, long yo, int n) {
        for (int j = 0; j < n; j++) {
            short bits = x.get(SHORT, xo + 2L * j);
            Lanes.set(y, yo + 4L * j, type == DType.BF16 ? DType.fromBf16(bits) : Float.float16ToFloat(bits));
        }
    }

    private static void narrow(DType type, MemorySegment x, long xo, MemorySegment y, long yo, int n) {
        for (int j = 0; j < n; j++) {
            float v = Lanes.get(x, xo + 4L * j);
            y.set(SHORT, yo + 2L * j, type == DType.BF16 ? DType.toBf16(v) : Float.floatToFloat16(v));
        }
    }
}
