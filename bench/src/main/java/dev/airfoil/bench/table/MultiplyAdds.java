package dev.airfoil.bench.table;

import dev.airfoil.bench.peers.Contender;
import dev.airfoil.kernels.cpu.WorkerPool;
import dev.airfoil.kernels.cpu.selftest.Limits;

/**
 * The most that the machine can do of what products are made of, as a contender that runs in turn with them: clocks differ
 * from minute to minute.
 */
final class MultiplyAdds implements Contender, AutoCloseable {
    private final WorkerPool pool;
    private double work;

    MultiplyAdds(int threads) {
        pool = WorkerPool.of(threads);
    }

    /** Operations of a run; known after the first. */
    double work() {
        return work;
    }

    @Override
    public void run() {
        work = Limits.multiplyAdd(pool);
    }

    /** No one else has it. */
    @Override
    public float[] answer() {
        return new float[0];
    }

    @Override
    public void close() {
        pool.close();
    }
}
