package dev.airfoil.bench.table;

import dev.airfoil.bench.peers.Contender;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Times contenders in turn, so that what happens on the machine meanwhile happens to all of them. A turn is a pause, in
 * which the threads of the one before go to sleep (the peers' spin: after 60 ms they still took a core from the next), one
 * run that is not counted, which brings the caches back, and then some 20 ms of runs that are; of work that takes longer
 * than that, one run.
 */
final class Stopwatch {
    private static final double TURN = 0.02;
    private static final double FASTER = 0.97;
    private static final double LONG = 0.2;
    private static final long PAUSE_NANOS = 250_000_000;
    private static final int LEAST_ROUNDS = 3;
    /** Seconds that the compiler may need for one method of vectors. */
    private static final double PATIENCE = 1;

    private static final int MOST_WINDOWS = 20;
    /** Share of the time in which a compiler that has little to do is at work. */
    private static final double BUSY = 0.02;

    private Stopwatch() {}

    /**
     * The median time of a run of each contender, in seconds.
     *
     * @param seconds that the rounds may take together, after each has been run until it gets no faster
     *     for half as long, at least a second, and the compiler rests; there are at least three
     */
    static double[] medians(List<Contender> contenders, double seconds) {
        int[] runs = new int[contenders.size()];
        for (int i = 0; i < runs.length; i++) {
            double one = warmUp(contenders.get(i), Math.max(PATIENCE, seconds / 2));
            runs[i] = (int) Math.clamp(TURN / one, 1, 100);
        }
        List<List<Double>> times =
                contenders.stream().<List<Double>>map(_ -> new ArrayList<>()).toList();
        long end = System.nanoTime() + (long) (1e9 * seconds);
        for (int round = 0; round < LEAST_ROUNDS || System.nanoTime() < end; round++) {
            for (int i = 0; i < runs.length; i++) {
                turn(contenders.get(i), runs[i], times.get(i));
            }
        }
        return times.stream().mapToDouble(Stopwatch::median).toArray();
    }

    /**
     * Runs it until for {@code patience} seconds it gets no faster and the compiler has little to do: runs in the
     * interpreter are so long that a few of them, none faster than the other, are soon over. Gives the shortest time.
     */
    private static double warmUp(Contender contender, double patience) {
        CompilationMXBean compiler = ManagementFactory.getCompilationMXBean();
        double best = time(contender);
        for (int window = 0; window < MOST_WINDOWS; window++) {
            long before = compiler.getTotalCompilationTime();
            double vain = 0;
            while (vain < patience) {
                double time = time(contender);
                if (time < FASTER * best) {
                    vain = 0;
                    before = compiler.getTotalCompilationTime();
                } else {
                    vain += time;
                }
                best = Math.min(best, time);
            }
            if (compiler.getTotalCompilationTime() - before < BUSY * 1e3 * vain) {
                break;
            }
        }
        return best;
    }

    private static void turn(Contender contender, int runs, List<Double> times) {
        LockSupport.parkNanos(PAUSE_NANOS);
        if (runs > 1 || times.isEmpty() || times.getFirst() < LONG) {
            contender.run();
        }
        for (int run = 0; run < runs; run++) {
            times.add(time(contender));
        }
    }

    private static double time(Contender contender) {
        long began = System.nanoTime();
        contender.run();
        return (System.nanoTime() - began) / 1e9;
    }

    /** The middle one, or the mean of the two in the middle. */
    static double median(List<Double> times) {
        double[] sorted = times.stream().mapToDouble(t -> t).toArray();
        Arrays.sort(sorted);
        int n = sorted.length;
        return (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
    }
}
