package dev.airfoil.bench.table;

import dev.airfoil.bench.peers.Contender;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Times contenders in turn, so that what happens on the machine meanwhile happens to all of them. A turn is a
 * pause, in which the threads of the one before go to sleep (OpenBLAS's spin for some 30 ms), one run that is not counted,
 * which brings the caches back, and then some 20 ms of runs that are; of work that takes longer than that, one run.
 */
final class Stopwatch {
    private static final double TURN = 0.02;
    private static final double FASTER = 0.97;
    private static final double LONG = 0.2;
    private static final long PAUSE_NANOS = 60_000_000;
    private static final int LEAST_ROUNDS = 3;

    private Stopwatch() {}

    /**
     * The median time of a run of each contender, in seconds.
     *
     * @param seconds that the rounds may take together, after each has been run until it gets no faster
     *     for half as long; there are at least three
     */
    static double[] medians(List<Contender> contenders, double seconds) {
        int[] runs = new int[contenders.size()];
        for (int i = 0; i < runs.length; i++) {
            double one = warmUp(contenders.get(i), seconds / 2);
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

    /** Runs it until it gets no faster for {@code patience} seconds; gives the shortest time of a run. */
    private static double warmUp(Contender contender, double patience) {
        double best = time(contender);
        double vain = 0;
        while (vain < patience) {
            double time = time(contender);
            vain = time < FASTER * best ? 0 : vain + time;
            best = Math.min(best, time);
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
