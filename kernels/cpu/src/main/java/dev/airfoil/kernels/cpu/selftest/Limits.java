package dev.airfoil.kernels.cpu.selftest;

import dev.airfoil.kernels.cpu.WorkerPool;
import dev.airfoil.kernels.cpu.vector.Lanes;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.DoubleAdder;
import jdk.incubator.vector.FloatVector;

/**
 * What one core of the machine can do at most, as measured now.
 *
 * @param gigaflops fused multiply-adds in registers, in GFLOP/s
 * @param gigabytes read and written by a copy, in GB/s
 */
public record Limits(double gigaflops, double gigabytes) {
    private static final int CHAINS = 10;
    private static final int STEPS = 2_000;
    private static final int LEAVES = 2_000;
    private static final int TRIES = 40;

    /** Bytes of a copy: more than caches hold. */
    private static final long COPIED = 64 << 20;

    static Limits measure() {
        return new Limits(gigaflops(1), copies());
    }

    private static double copies() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment from = arena.allocate(COPIED, 64);
            MemorySegment to = arena.allocate(COPIED, 64);
            double best = 0;
            for (int i = 0; i < TRIES / 4; i++) {
                long began = System.nanoTime();
                to.copyFrom(from);
                best = Math.max(best, 2.0 * COPIED / (System.nanoTime() - began));
            }
            return best;
        }
    }

    /** GFLOP/s of {@code threads} threads that do nothing but multiply and add in registers; the best of some tries. */
    public static double gigaflops(int threads) {
        double best = 0;
        try (WorkerPool pool = WorkerPool.of(threads)) {
            for (int i = 0; i < TRIES; i++) {
                long began = System.nanoTime();
                double operations = multiplyAdd(pool);
                best = Math.max(best, operations / (System.nanoTime() - began));
            }
        }
        return best;
    }

    /** Multiplies and adds in registers on all workers, for some milliseconds; the number of operations. */
    public static double multiplyAdd(WorkerPool pool) {
        DoubleAdder sink = new DoubleAdder();
        pool.split(pool.size(), (from, to) -> sink.add(leaves(to - from)));
        if (Double.isNaN(sink.sum())) {
            throw new IllegalStateException("the multiply-adds went wrong");
        }
        return 2.0 * pool.size() * LEAVES * STEPS * CHAINS * Lanes.N;
    }

    private static double leaves(int count) {
        double sum = 0;
        for (int i = 0; i < count * LEAVES; i++) {
            sum += leaf();
        }
        return sum;
    }

    /**
     * Ten chains keep two units with a latency of four or five cycles busy. Each is the addend, which costs no copy of
     * a register.
     */
    private static float leaf() {
        FloatVector m = FloatVector.broadcast(Lanes.F, 0.999f);
        FloatVector a = FloatVector.broadcast(Lanes.F, 0.001f);
        FloatVector c0 = a;
        FloatVector c1 = a;
        FloatVector c2 = a;
        FloatVector c3 = a;
        FloatVector c4 = a;
        FloatVector c5 = a;
        FloatVector c6 = a;
        FloatVector c7 = a;
        FloatVector c8 = a;
        FloatVector c9 = a;
        for (int i = 0; i < STEPS; i++) {
            c0 = m.fma(a, c0);
            c1 = m.fma(a, c1);
            c2 = m.fma(a, c2);
            c3 = m.fma(a, c3);
            c4 = m.fma(a, c4);
            c5 = m.fma(a, c5);
            c6 = m.fma(a, c6);
            c7 = m.fma(a, c7);
            c8 = m.fma(a, c8);
            c9 = m.fma(a, c9);
        }
        return c0.add(c1)
                .add(c2.add(c3))
                .add(c4.add(c5))
                .add(c6.add(c7))
                .add(c8.add(c9))
                .lane(0);
    }
}
