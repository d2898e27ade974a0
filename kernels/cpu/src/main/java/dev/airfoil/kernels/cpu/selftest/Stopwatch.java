package dev.airfoil.kernels.cpu.selftest;

import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** Says how long trials take; tests have their own. */
@FunctionalInterface
interface Stopwatch {
    /** The shortest time of a run of each, in seconds. */
    double[] seconds(List<Trial> trials);

    /**
     * Runs the trials in turn until each was once as fast as it should be, or the compilers have nothing left to do. Before,
     * many tiny runs take their loops through the compilers: a loop that is long when it is first seen may stay slow.
     */
    static Stopwatch real(Consumer<String> progress) {
        return trials -> new Rounds(trials).seconds(progress);
    }

    /** One use of the real one. It counts rounds, not time: the machine may be busy with something else. */
    final class Rounds {
        private static final int TINY_RUNS = 250;
        private static final int MOST = 400;
        /** So many rounds in which the compilers finished nothing: they take long over a long method. */
        private static final int QUIET = 40;

        private static final long PAUSE_NANOS = 30_000_000;

        private final List<Trial> trials;
        private final double[] best;
        private int quiet;
        private long compiled;

        private Rounds(List<Trial> trials) {
            this.trials = trials;
            this.best = new double[trials.size()];
            Arrays.fill(best, Double.POSITIVE_INFINITY);
        }

        private double[] seconds(Consumer<String> progress) {
            for (int run = 0; run < TINY_RUNS; run++) {
                trials.forEach(Trial::runTiny);
            }
            for (int round = 0; round < MOST; round++) {
                for (int i = 0; i < best.length; i++) {
                    time(i);
                }
                long sound = IntStream.range(0, best.length)
                        .filter(i -> trials.get(i).share(best[i]) >= Trial.CLIFF)
                        .count();
                progress.accept(sound + " of " + best.length + " kernels run as they should");
                if (sound == best.length || isQuiet()) {
                    return best;
                }
                LockSupport.parkNanos(PAUSE_NANOS); // the compilers may share this core
            }
            return best;
        }

        private void time(int i) {
            long began = System.nanoTime();
            trials.get(i).runFull();
            best[i] = Math.min(best[i], (System.nanoTime() - began) / 1e9);
        }

        private boolean isQuiet() {
            long now = ManagementFactory.getCompilationMXBean().getTotalCompilationTime();
            quiet = now > compiled ? 0 : quiet + 1;
            compiled = now;
            return quiet >= QUIET;
        }
    }
}
