package dev.airfoil.train;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Asks a run to finish its step, save and end. Any thread may ask. */
public final class StopSignal implements AutoCloseable {
    /** For a step and a checkpoint. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Duration patience;
    private final CountDownLatch over = new CountDownLatch(1);
    /** What the virtual machine runs at its end; of no use to a signal that only {@link #ask} gives. */
    final Thread hook = new Thread(this::askAndWait, "airfoil-stop");

    private volatile boolean asked;

    /** A signal that only {@link #ask} gives. */
    public StopSignal() {
        this(PATIENCE);
    }

    private StopSignal(Duration patience) {
        this.patience = patience;
    }

    /**
     * A signal that Ctrl-C (or a polite kill) gives too: the virtual machine then waits until this is closed, which the
     * run's caller does when everything is on the disk.
     */
    public static StopSignal onInterrupt() {
        return onInterrupt(PATIENCE);
    }

    /** The same for what ends sooner, or loses nothing: the virtual machine waits so long at most. */
    public static StopSignal onInterrupt(Duration patience) {
        StopSignal signal = new StopSignal(patience);
        Runtime.getRuntime().addShutdownHook(signal.hook);
        return signal;
    }

    /** Asks. */
    public void ask() {
        asked = true;
    }

    /** True if somebody has asked. */
    public boolean isAsked() {
        return asked;
    }

    private void askAndWait() {
        ask();
        try {
            over.await(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Says that the run is over: whoever waits need not wait longer, and nobody needs to ask any more. */
    @Override
    public void close() {
        over.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException _) {
            // The virtual machine is at its end: the hook runs, and what it waited for has come.
        }
    }
}
