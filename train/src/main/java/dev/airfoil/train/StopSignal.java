package dev.airfoil.train;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Asks a run to finish its step, save and end. Any thread may ask. */
public final class StopSignal implements AutoCloseable {
    /** How long the virtual machine's end is held up for a step and a checkpoint. */
    private static final long PATIENCE_SECONDS = 120;

    private final CountDownLatch over = new CountDownLatch(1);
    /** What the virtual machine runs at its end; of no use to a signal that only {@link #ask} gives. */
    final Thread hook = new Thread(this::askAndWait, "airfoil-stop");

    private volatile boolean asked;

    /** A signal that only {@link #ask} gives. */
    public StopSignal() {}

    /**
     * A signal that Ctrl-C (or a polite kill) gives too: the virtual machine then waits until this is closed, which the
     * run's caller does when everything is on the disk.
     */
    public static StopSignal onInterrupt() {
        StopSignal signal = new StopSignal();
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
            over.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
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
