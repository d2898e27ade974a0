package dev.airfoil.kernels.cpu;

import dev.airfoil.kernels.cpu.products.PackCache;
import dev.airfoil.kernels.cpu.vector.Lanes;
import dev.airfoil.tensor.BackendProvider.Options;
import dev.airfoil.tensor.Op;
import dev.airfoil.tensor.Primitive;
import dev.airfoil.tensor.Storage;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.TensorException;
import dev.airfoil.tensor.host.HostBackend;
import dev.airfoil.tensor.host.ReferenceLoops;
import java.util.List;

/**
 * Host memory with Vector API kernels, looked up by the class of the op. A primitive without one runs in the reference
 * loops, a fused op by its definition. Half-width tensors are widened, but for the kernels that read them.
 */
public final class CpuBackend extends HostBackend {
    private final WorkerPool pool;
    private final PackCache packs;
    private final Choice choice;

    public CpuBackend(Options options) {
        this(options, Choice.DEFAULT);
    }

    public CpuBackend(Options options, Choice choice) {
        this(options, choice, WorkerPool.of(options.threads().orElseGet(Runtime.getRuntime()::availableProcessors)));
    }

    /** Takes the pool over, whatever the options say of threads. */
    public CpuBackend(Options options, Choice choice, WorkerPool pool) {
        super(options);
        this.pool = pool;
        this.choice = choice;
        this.packs = new PackCache(choice.gemm(), memory);
    }

    static String describe(int threads) {
        return "Vector API, " + Lanes.F.vectorBitSize() + "-bit vectors, " + threads
                + (threads == 1 ? " thread" : " threads");
    }

    @Override
    public String name() {
        return "cpu";
    }

    @Override
    public String description() {
        return describe(pool.size());
    }

    @Override
    public boolean supports(Op op, List<Tensor> inputs) {
        return hasKernel(op, inputs) || op instanceof Primitive && readable(op, inputs);
    }

    private boolean hasKernel(Op op, List<Tensor> inputs) {
        return !choice.avoided().contains(op.getClass())
                && Kernels.find(op)
                        .filter(k -> k.reads(inputs) && k.accepts(op, inputs))
                        .isPresent();
    }

    @Override
    public void execute(Op op, List<Tensor> inputs, List<Tensor> outputs) {
        if (!hasKernel(op, inputs)) {
            ReferenceLoops.run((Primitive) op, inputs, outputs);
            return;
        }
        try (Scratch copies = Scratch.borrow()) {
            Kernels.find(op).orElseThrow().run(op, new Call(inputs, outputs, pool, packs, choice, copies));
        }
    }

    /** Packed weights go before too little memory is left for a tensor. */
    @Override
    public Storage allocate(long bytes) {
        try {
            return super.allocate(bytes);
        } catch (TensorException e) {
            if (!packs.dropUnused()) {
                throw e;
            }
            return super.allocate(bytes);
        }
    }

    /** What products and attention run on. */
    public Choice choice() {
        return choice;
    }

    /** Bytes that packed copies of weights take: within the limit of {@link #memory()}, besides what it counts. */
    public long packedBytes() {
        return packs.bytes();
    }

    @Override
    public void close() {
        pool.close();
        packs.close();
        super.close();
    }
}
