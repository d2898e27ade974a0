package dev.airfoil.tensor.host;

import dev.airfoil.tensor.Backend;
import dev.airfoil.tensor.BackendProvider.Options;
import dev.airfoil.tensor.DType;
import dev.airfoil.tensor.Op;
import dev.airfoil.tensor.Storage;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.Cast;
import dev.airfoil.tensor.ops.Concat;
import dev.airfoil.tensor.ops.Copy;
import dev.airfoil.tensor.ops.Pad;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** What backends in host memory share: the pool and plain copies. All work is done when {@code execute} returns. */
public abstract class HostBackend implements Backend {
    /** Where tensors lie. */
    protected final HostPool memory;

    private final DType compute;

    protected HostBackend(Options options) {
        this.memory = new HostPool(options.memoryLimit().orElseGet(HostPool::defaultLimit));
        this.compute = options.precision().storage();
    }

    /** The memory of a tensor of a host backend. */
    public static MemorySegment segment(Tensor tensor) {
        return ((HostStorage) tensor.storage()).segment();
    }

    /** Whether loops can read the inputs: half-width tensors they cast and move; what else is done to them is not. */
    protected static boolean readable(Op op, List<Tensor> inputs) {
        return switch (op) {
            case Cast _, Copy _, Concat _, Pad _ -> true;
            default -> inputs.stream().noneMatch(t -> t.dtype().isHalf());
        };
    }

    @Override
    public DType compute() {
        return compute;
    }

    @Override
    public Storage allocate(long bytes) {
        HostPool.Block block = memory.take(bytes);
        try {
            return Storage.owned(new HostStorage(this, memory, block));
        } catch (RuntimeException e) {
            memory.give(block);
            throw e;
        }
    }

    @Override
    public void upload(MemorySegment source, Storage target, long offset) {
        MemorySegment.copy(source, 0, ((HostStorage) target).segment(), offset, source.byteSize());
    }

    @Override
    public void download(Storage source, long offset, MemorySegment target) {
        MemorySegment.copy(((HostStorage) source).segment(), offset, target, 0, target.byteSize());
    }

    @Override
    public void synchronize() {
        // nothing is ever pending
    }

    @Override
    public MemoryUse memory() {
        return memory.use();
    }

    @Override
    public void close() {
        memory.close();
    }
}
