package dev.airfoil.kernels.opencl;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What must be let go of, the last first. Who makes several native objects in a row notes each at once, so that those
 * that are there can be released when the next one cannot be made.
 */
final class Releases implements AutoCloseable {
    private final Deque<Runnable> all = new ArrayDeque<>();

    void add(Runnable release) {
        all.push(release);
    }

    /** Runs them, each once; if some fail the others still run, and the first failure is thrown. */
    @Override
    public void close() {
        if (!all.isEmpty()) {
            try {
                all.pop().run();
            } finally {
                close();
            }
        }
    }
}
