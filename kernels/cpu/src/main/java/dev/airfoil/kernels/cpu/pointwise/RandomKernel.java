package dev.airfoil.kernels.cpu.pointwise;

import dev.airfoil.kernels.cpu.Call;
import dev.airfoil.kernels.cpu.CpuKernel;
import dev.airfoil.kernels.cpu.Floats;
import dev.airfoil.tensor.ops.Random;
import dev.airfoil.tensor.random.Philox;
import java.lang.foreign.MemorySegment;

/** Elements in parallel: each has its own number in the stream, so pieces may be filled by anyone. */
public final class RandomKernel implements CpuKernel<Random> {
    /** So few numbers are made one by one: vectors would first have to be compiled. */
    private static final int FEW = 16_384;

    @Override
    public void run(Random op, Call call) {
        Floats y = call.result(0);
        long size = call.out(0).size();
        Flat.run(call.pool(), size, (from, n) -> {
            int whole = size <= FEW ? 0 : n / VectorPhilox.GROUP * VectorPhilox.GROUP;
            MemorySegment rest = y.data().asSlice(y.base(), 4 * size);
            switch (op.distribution()) {
                case UNIFORM -> {
                    VectorPhilox.uniform(op.seed(), op.stream(), from, y.data(), y.at(from), whole);
                    Philox.fillUniform(op.seed(), op.stream(), rest, from + whole, from + n);
                }
                case NORMAL -> {
                    VectorPhilox.normal(op.seed(), op.stream(), from, y.data(), y.at(from), whole);
                    Philox.fillNormal(op.seed(), op.stream(), rest, from + whole, from + n);
                }
            }
        });
    }
}
