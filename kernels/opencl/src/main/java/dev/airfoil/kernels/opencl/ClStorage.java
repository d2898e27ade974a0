package dev.airfoil.kernels.opencl;

import dev.airfoil.tensor.Backend;
import dev.airfoil.tensor.Storage;
import org.jocl.cl_mem;

/** A block of device memory. */
final class ClStorage extends Storage {
    private final ClPool pool;
    private final ClPool.Block block;

    ClStorage(Backend backend, ClPool pool, ClPool.Block block, long bytes) {
        super(backend, bytes);
        this.pool = pool;
        this.block = block;
    }

    cl_mem mem() {
        return block.mem();
    }

    @Override
    protected void giveBack() {
        pool.give(block);
    }
}
