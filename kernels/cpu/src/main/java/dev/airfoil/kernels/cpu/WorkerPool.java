package dev.airfoil.kernels.cpu;

import dev.airfoil.tensor.TensorException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;

/**
 * A fixed set of threads that runs one loop at a time, with a start and finish of a few microseconds.
 *
 * <p>Every worker has an even share of the loop, takes it piece by piece from the front, and then takes from the back of
 * what others still have: so no one waits for a worker that the machine keeps from its core. The caller is worker 0. A
 * region that is opened while another one runs (nested in it, or by a second caller) is run by its caller alone, so no
 * order of calls can deadlock and any kind of thread may call, virtual ones included. Workers without work spin for some
 * ten microseconds, then offer their core to others for half a millisecond, and then park.
 *
 * <p>Who runs which indices, and how many at once, differs from run to run; a kernel whose results must not lets each
 * index of the loop own its outputs.
 */
public final class WorkerPool implements AutoCloseable {
    private static final int SPINS = 2_000;
    /**
     * Who is woken may be put on the core of the one that wakes it, although another is idle, and shares it for milliseconds
     * (seen on Linux): two workers are then as slow as one. So none parks between two ops of a model.
     */
    private static final long AWAKE_NANOS = 500_000;

    private static final long NAP_NANOS = 20_000;
    /** The least piece that a worker takes: this part of an even share. */
    private static final int PIECES = 40;

    /** A loop body over the indices {@code from <= i < to}. */
    @FunctionalInterface
    public interface Range {
        void run(int from, int to);
    }

    private static final Range NOTHING = (from, to) -> {};

    private final Worker[] workers;
    private final AtomicBoolean busy = new AtomicBoolean();
    private volatile Region current = new Region(1, 0, NOTHING);
    private final boolean cutsAll;
    private volatile boolean closed;

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
        try {
            for (Worker worker : pool.workers) {
                worker.thread.start();
            }
        } catch (OutOfMemoryError e) {
            pool.close();
            throw new TensorException("the system does not start " + threads + " threads; ask for fewer", e);
        }
        return pool;
    }

    /** Number of workers, the caller included. */
    public int size() {
        return workers.length + 1;
    }

    /**
     * Runs {@code body} over {@code 0 <= i < count} in contiguous ranges and returns when all are done. The first failure
     * is thrown again here, later ones are suppressed in it.
     */
    public void split(int count, Range body) {
        if (count <= 0) {
            return;
        }
        if (count == 1 || workers.length == 0 || !busy.compareAndSet(false, true)) {
            body.run(0, count);
            return;
        }
        Region region = new Region(size(), count, body);
        try {
            current = region;
            for (Worker worker : workers) {
                worker.wake();
            }
            region.work(0);
            region.await();
        } finally {
            region.body = NOTHING; // and what it holds is free
            busy.set(false);
        }
        region.rethrow();
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

    /** Ends the threads; later regions run on their caller alone. Closing twice is harmless. */
    @Override
    public void close() {
        // Taken and never given back: no region runs now, and none starts later.
        while (!closed && !busy.compareAndSet(false, true)) {
            LockSupport.parkNanos(NAP_NANOS);
        }
        closed = true;
        for (Worker worker : workers) {
            LockSupport.unpark(worker.thread);
        }
    }

    /** One loop. A worker that comes late finds nothing to take. */
    private static final class Region {
        /** Between the shares of two workers in {@link #left}: no two in one cache line. */
        private static final int APART = 8;

        private Range body;
        private final int workers;
        private final int least;
        /** For each worker what is left of its share: from, and in the low half, to. */
        private final AtomicLongArray left;

        private final AtomicInteger open;
        private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

        Region(int workers, int count, Range body) {
            this.body = body;
            this.workers = workers;
            this.least = Math.max(1, count / (workers * PIECES));
            this.open = new AtomicInteger(count);
            this.left = new AtomicLongArray(workers * APART);
            for (int i = 0; i < workers; i++) {
                left.setPlain(i * APART, share(bound(i, count), bound(i + 1, count)));
            }
        }

        private int bound(int worker, int count) {
            return (int) ((long) count * worker / workers);
        }

        private static long share(int from, int to) {
            return (long) from << 32 | to;
        }

        /** Works for worker {@code self} until nothing is left to take. */
        void work(int self) {
            for (int i = 0; i < workers; i++) {
                int owner = (self + i) % workers;
                boolean more = true;
                while (more) {
                    more = runPiece(owner, owner == self);
                }
            }
        }

        /** Runs half of what is left of a share, its front or its back. */
        private boolean runPiece(int owner, boolean front) {
            while (true) {
                long share = left.get(owner * APART);
                int from = (int) (share >>> 32);
                int to = (int) share;
                if (from == to) {
                    return false;
                }
                int n = Math.min(to - from, Math.max(least, (to - from + 1) / 2));
                long rest = front ? share(from + n, to) : share(from, to - n);
                if (left.compareAndSet(owner * APART, share, rest)) {
                    run(front ? from : to - n, n);
                    return true;
                }
            }
        }

        private void run(int from, int n) {
            try {
                body.run(from, from + n);
            } catch (Throwable t) {
                failures.add(t);
            } finally {
                open.addAndGet(-n);
            }
        }

        /** Until every index is done. */
        void await() {
            int spins = 0;
            while (open.get() > 0) {
                if (++spins < SPINS) {
                    Thread.onSpinWait();
                } else {
                    // A worker may share this core: give it away instead of burning it.
                    LockSupport.parkNanos(NAP_NANOS);
                }
            }
        }

        void rethrow() {
            if (!failures.isEmpty()) {
                Throwable first = failures.remove();
                // Some are one object for all who meet them, and none can be suppressed in itself.
                failures.stream().filter(t -> t != first).forEach(first::addSuppressed);
                throw Region.<RuntimeException>unchecked(first);
            }
        }

        @SuppressWarnings("unchecked")
        private static <T extends Throwable> T unchecked(Throwable failure) throws T {
            throw (T) failure;
        }
    }

    private final class Worker {
        private final int index;
        private final Thread thread;
        private volatile boolean parked;

        Worker(int index) {
            this.index = index;
            this.thread =
                    Thread.ofPlatform().daemon().name("airfoil-cpu-" + index).unstarted(this::loop);
        }

        private void loop() {
            Region seen = current;
            while (!closed) {
                seen.work(index);
                seen = next(seen);
            }
        }

        /** The next region, or {@code seen} when the pool was closed. */
        private Region next(Region seen) {
            int spins = 0;
            long start = System.nanoTime();
            while (true) {
                Region now = current;
                if (now != seen || closed) {
                    return now;
                }
                if (++spins < SPINS) {
                    Thread.onSpinWait();
                    continue;
                }
                if (System.nanoTime() - start < AWAKE_NANOS) {
                    Thread.yield();
                    continue;
                }
                parked = true;
                // Seen again after the flag went up: a caller that missed the flag has already set the region.
                if (current == seen && !closed) {
                    LockSupport.park(WorkerPool.this);
                }
                parked = false;
                spins = 0;
                start = System.nanoTime();
            }
        }

        void wake() {
            if (parked) {
                LockSupport.unpark(thread);
            }
        }
    }
}
