package dev.airfoil.kernels.cpu.pointwise;

import dev.airfoil.kernels.cpu.Call;
import dev.airfoil.kernels.cpu.CpuKernel;
import dev.airfoil.kernels.cpu.Floats;
import dev.airfoil.tensor.ops.Random;
import dev.airfoil.tensor.random.Philox;
import java.lang.foreign.MemorySegment;

/** Elements in parallel: each has its own number in the stream, so pieces may be filled by anyone. */
public final class RandomKernel implements CpuKernel<Random> {
    @Override
    public Class<Random> op() {
        return Random.class;
    }

    @Override
    public void run(Random op, Call call) {
        Floats y = call.result(0);
        long size = call.out(0).size();
        MemorySegment all = y.data().asSlice(y.base(), 4 * size);
        Flat.run(call.pool(), size, (from, n) -> {
            switch (op.distribution()) {
                case UNIFORM -> Philox.fillUniform(op.seed(), op.stream(), all, from, from + n);
                case NORMAL -> Philox.fillNormal(op.seed(), op.stream(), all, from, from + n);
            }
        });
    }
}
