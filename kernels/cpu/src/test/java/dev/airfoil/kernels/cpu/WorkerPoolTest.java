package dev.airfoil.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WorkerPoolTest {
    private static void countsEachOnce(WorkerPool pool, int n) {
        AtomicIntegerArray seen = new AtomicIntegerArray(n);
        pool.split(n, (from, to) -> {
            for (int i = from; i < to; i++) {
                seen.incrementAndGet(i);
            }
        });
        for (int i = 0; i < n; i++) {
            assertThat(seen.get(i)).isEqualTo(1);
        }
    }

    private static void awaitLatch(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void everyIndexRunsOnce() {
        for (int threads : new int[] {1, 2, 3, 5}) {
            try (WorkerPool pool = WorkerPool.of(threads)) {
                for (int n : new int[] {0, 1, 2, 3, 7, 100}) {
                    countsEachOnce(pool, n);
                }
            }
        }
    }

    @Test
    void workIsSharedOut() {
        try (WorkerPool pool = WorkerPool.of(3)) {
            Set<Thread> threads = ConcurrentHashMap.newKeySet();
            CountDownLatch all = new CountDownLatch(3);
            pool.split(3, (from, to) -> {
                threads.add(Thread.currentThread());
                all.countDown();
                awaitLatch(all);
            });
            assertThat(threads).hasSize(3).contains(Thread.currentThread());
        }
    }

    @Test
    void parkedWorkersComeBack() throws InterruptedException {
        try (WorkerPool pool = WorkerPool.of(2)) {
            for (int i = 0; i < 5; i++) {
                countsEachOnce(pool, 10);
                Thread.sleep(20);
            }
        }
    }

    @Test
    void nestedRegionsRunInline() {
        try (WorkerPool pool = WorkerPool.of(3)) {
            AtomicInteger inner = new AtomicInteger();
            pool.split(6, (from, to) -> {
                for (int i = from; i < to; i++) {
                    Thread outer = Thread.currentThread();
                    pool.split(4, (f, t) -> {
                        assertThat(Thread.currentThread()).isSameAs(outer);
                        inner.addAndGet(t - f);
                    });
                }
            });
            assertThat(inner.get()).isEqualTo(24);
        }
    }

    @Test
    void manyCallersAtOnceVirtualOnesToo() throws InterruptedException {
        try (WorkerPool pool = WorkerPool.of(3)) {
            AtomicInteger sum = new AtomicInteger();
            List<Thread> callers = new ArrayList<>();
            for (int c = 0; c < 20; c++) {
                Thread.Builder builder = c % 2 == 0 ? Thread.ofVirtual() : Thread.ofPlatform();
                callers.add(builder.start(() -> {
                    for (int r = 0; r < 100; r++) {
                        pool.split(10, (from, to) -> sum.addAndGet(to - from));
                    }
                }));
            }
            for (Thread caller : callers) {
                caller.join();
            }
            assertThat(sum.get()).isEqualTo(20 * 100 * 10);
        }
    }

    @Test
    void callersFromAnotherPoolDoNotDeadlock() {
        try (WorkerPool a = WorkerPool.of(2);
                WorkerPool b = WorkerPool.of(3);
                ForkJoinPool others = new ForkJoinPool(4)) {
            AtomicInteger sum = new AtomicInteger();
            // Each pool's workers call the other pool, from several threads at once.
            others.submit(() -> IntStream.range(0, 40).parallel().forEach(i -> {
                        WorkerPool outer = i % 2 == 0 ? a : b;
                        WorkerPool inner = i % 2 == 0 ? b : a;
                        outer.split(3, (from, to) -> {
                            for (int j = from; j < to; j++) {
                                inner.split(5, (f, t) -> sum.addAndGet(t - f));
                            }
                        });
                    }))
                    .join();
            assertThat(sum.get()).isEqualTo(40 * 3 * 5);
        }
    }

    @Test
    void idleWorkersPark() throws InterruptedException {
        Set<Thread> workers = ConcurrentHashMap.newKeySet();
        try (WorkerPool pool = WorkerPool.of(3)) {
            CountDownLatch all = new CountDownLatch(3);
            pool.split(3, (from, to) -> {
                workers.add(Thread.currentThread());
                all.countDown();
                awaitLatch(all);
            });
            workers.remove(Thread.currentThread());
            assertThat(workers).hasSize(2);
            for (Thread worker : workers) {
                // Never so if it went on spinning: then the test ends by its timeout.
                while (worker.getState() != Thread.State.WAITING) {
                    Thread.sleep(1);
                }
            }
        }
        for (Thread worker : workers) {
            worker.join();
        }
    }

    @Test
    void failuresReachTheCallerAndThePoolGoesOn() {
        try (WorkerPool pool = WorkerPool.of(4)) {
            assertThatThrownBy(() -> pool.split(4, (from, to) -> {
                        if (from > 0) {
                            throw new IllegalStateException("part " + from);
                        }
                    }))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageStartingWith("part")
                    .satisfies(e -> assertThat(e.getSuppressed()).hasSize(2));
            countsEachOnce(pool, 17);
        }
    }

    @Test
    void oneFailureForAllReachesTheCaller() {
        try (WorkerPool pool = WorkerPool.of(4)) {
            Throwable same = new IllegalStateException("same");
            assertThatThrownBy(() -> pool.split(4, (from, to) -> {
                        throw (IllegalStateException) same;
                    }))
                    .isSameAs(same);
        }
    }

    @Test
    void aClosedPoolRunsOnItsCaller() {
        WorkerPool pool = WorkerPool.of(3);
        pool.close();
        pool.close();
        countsEachOnce(pool, 9);
    }

    @Test
    void noThreadsIsRefused() {
        assertThatThrownBy(() -> WorkerPool.of(0)).hasMessageContaining("threads is 0");
    }
}
