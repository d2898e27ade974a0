package dev.airfoil.tensor.host;

import dev.airfoil.tensor.Backend;
import dev.airfoil.tensor.Storage;
import java.lang.foreign.MemorySegment;

/** A block of host memory. */
public final class HostStorage extends Storage {
    private final HostPool pool;
    private final HostPool.Block block;
    private final MemorySegment segment;

    HostStorage(Backend backend, HostPool pool, HostPool.Block block) {
        super(backend);
        this.pool = pool;
        this.block = block;
        this.segment = block.segment();
    }

    /** The memory, 64-byte aligned; may be a little longer than asked for. */
    public MemorySegment segment() {
        return segment;
    }

    @Override
    protected void giveBack() {
        pool.give(block);
    }
}
