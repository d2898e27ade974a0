package dev.airfoil.kernels.opencl;

import dev.airfoil.tensor.Backend;
import dev.airfoil.tensor.Storage;
import org.jocl.cl_mem;

/** A block of device memory. */
final class ClStorage extends Storage {
    private final ClPool pool;
    private final ClPool.Block block;

    ClStorage(Backend backend, ClPool pool, ClPool.Block block) {
        super(backend);
        this.pool = pool;
        this.block = block;
    }

    /** Its memory; an error if the backend is closed. */
    cl_mem mem() {
        pool.checkOpen();
        return block.mem();
    }

    @Override
    protected void giveBack() {
        pool.give(block);
    }
}
