package dev.airfoil.train;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Asks a run to finish its step, save and end. Any thread may ask. */
public final class StopSignal implements AutoCloseable {
    /** How long the virtual machine's end is held up for a step and a checkpoint. */
    private static final long PATIENCE_SECONDS = 120;

    private final CountDownLatch over = new CountDownLatch(1);
    private volatile boolean asked;

    /** A signal that only {@link #ask} gives. */
    public StopSignal() {}

    /**
     * A signal that Ctrl-C (or a polite kill) gives too: the virtual machine then waits until this is closed, which the
     * run's caller does when everything is on the disk.
     */
    public static StopSignal onInterrupt() {
        StopSignal signal = new StopSignal();
        Runtime.getRuntime().addShutdownHook(new Thread(signal::askAndWait, "airfoil-stop"));
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

    /** Says that the run is over: whoever waits need not wait longer. */
    @Override
    public void close() {
        over.countDown();
    }
}
