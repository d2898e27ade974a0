package dev.airfoil.kernels.cpu;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * A fixed set of threads that runs one loop at a time in static ranges, with a start and finish of a few microseconds.
 *
 * <p>The caller is worker 0. A region that is opened while another one runs (nested in it, or by a second caller) is run
 * by its caller alone, so no order of calls can deadlock and any kind of thread may call, virtual ones included. Workers
 * without work spin for some ten microseconds and then park.
 *
 * <p>The range of a worker depends on the number of threads; a kernel whose results must not depend on it lets each index
 * of the loop own its outputs.
 */
public final class WorkerPool implements AutoCloseable {
    private static final int SPINS = 2_000;
    private static final long NAP_NANOS = 20_000;

    /** A loop body over the indices {@code from <= i < to}. */
    @FunctionalInterface
    public interface Range {
        void run(int from, int to);
    }

    private final Worker[] workers;
    private final AtomicBoolean busy = new AtomicBoolean();
    private final AtomicLong epoch = new AtomicLong();
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private volatile boolean closed;

    // Written by the caller before it moves the epoch on, read by workers after they saw it move.
    private Range body = (from, to) -> {};
    private int count;

    private final boolean cutsAll;

    private WorkerPool(int threads, boolean cutsAll) {
        this.cutsAll = cutsAll;
        workers = new Worker[threads - 1];
        for (int i = 0; i < workers.length; i++) {
            workers[i] = new Worker(i + 1);
        }
    }

    /** A pool of {@code threads >= 1} workers, the caller included. */
    public static WorkerPool of(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("WorkerPool: threads is " + threads + "; give 1 or more");
        }
        return of(threads, false);
    }

    /** As {@link #of}, but it shares out work that is not worth it too: for tests, whose sizes are small. */
    public static WorkerPool cuttingAll(int threads) {
        return of(threads, true);
    }

    private static WorkerPool of(int threads, boolean cutsAll) {
        WorkerPool pool = new WorkerPool(threads, cutsAll);
        for (Worker worker : pool.workers) {
            worker.thread.start();
        }
        return pool;
    }

    /** A pool with one worker for each processor that the JVM may use. */
    public static WorkerPool ofAllProcessors() {
        return of(Runtime.getRuntime().availableProcessors());
    }

    /** Number of workers, the caller included. */
    public int size() {
        return workers.length + 1;
    }

    /**
     * Runs {@code body} over {@code 0 <= i < count}, one contiguous range a worker, and returns when all are done. The
     * first failure is thrown again here, later ones are suppressed in it.
     */
    public void split(int count, Range body) {
        if (count <= 0) {
            return;
        }
        if (count == 1 || workers.length == 0 || !busy.compareAndSet(false, true)) {
            body.run(0, count);
            return;
        }
        try {
            region(count, body);
        } finally {
            this.body = (from, to) -> {};
            busy.set(false);
        }
    }

    /** As {@link #split}, or on the caller alone where the work is not {@code worthIt}. */
    public void splitIf(boolean worthIt, int count, Range body) {
        if (cuts(worthIt)) {
            split(count, body);
        } else if (count > 0) {
            body.run(0, count);
        }
    }

    /** Whether {@link #splitIf} splits: for kernels that cut their work to measure first. */
    public boolean cuts(boolean worthIt) {
        return worthIt || cutsAll;
    }

    private void region(int count, Range body) {
        this.count = count;
        this.body = body;
        long now = epoch.incrementAndGet();
        for (Worker worker : workers) {
            worker.wake();
        }
        try {
            body.run(0, bound(1, count));
        } catch (Throwable t) {
            failures.add(t);
        }
        for (Worker worker : workers) {
            worker.await(now);
        }
        if (!failures.isEmpty()) {
            Throwable first = failures.remove();
            failures.stream().filter(t -> t != first).forEach(first::addSuppressed);
            failures.clear();
            throw WorkerPool.<RuntimeException>unchecked(first);
        }
    }

    private int bound(int worker, int count) {
        return (int) ((long) count * worker / size());
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> T unchecked(Throwable failure) throws T {
        throw (T) failure;
    }

    /** Ends the threads; later regions run on their caller alone. */
    @Override
    public void close() {
        // Taken and never given back: no region runs now, and none starts later.
        while (!busy.compareAndSet(false, true)) {
            LockSupport.parkNanos(NAP_NANOS);
        }
        closed = true;
        for (Worker worker : workers) {
            LockSupport.unpark(worker.thread);
        }
    }

    private final class Worker {
        final int index;
        final Thread thread;
        final AtomicLong done = new AtomicLong();
        private volatile boolean parked;

        Worker(int index) {
            this.index = index;
            this.thread =
                    Thread.ofPlatform().daemon().name("airfoil-cpu-" + index).unstarted(this::loop);
        }

        private void loop() {
            long seen = 0;
            while (true) {
                long now = next(seen);
                if (now == seen) {
                    return;
                }
                seen = now;
                try {
                    int from = bound(index, count);
                    int to = bound(index + 1, count);
                    if (from < to) {
                        body.run(from, to);
                    }
                } catch (Throwable t) {
                    failures.add(t);
                }
                done.setRelease(now);
            }
        }

        /** The next epoch, or {@code seen} when the pool was closed. */
        private long next(long seen) {
            int spins = 0;
            while (true) {
                long now = epoch.getAcquire();
                if (now != seen || closed) {
                    return now;
                }
                if (++spins < SPINS) {
                    Thread.onSpinWait();
                    continue;
                }
                parked = true;
                // Seen again after the flag went up: a caller that missed the flag has already moved the epoch.
                if (epoch.get() == seen && !closed) {
                    LockSupport.park(WorkerPool.this);
                }
                parked = false;
                spins = 0;
            }
        }

        void wake() {
            if (parked) {
                LockSupport.unpark(thread);
            }
        }

        void await(long now) {
            int spins = 0;
            while (done.getAcquire() < now) {
                if (++spins < SPINS) {
                    Thread.onSpinWait();
                } else {
                    // The worker may share this core: give it away instead of burning it.
                    LockSupport.parkNanos(NAP_NANOS);
                }
            }
        }
    }
}
