package dev.airfoil.cli;

import java.io.PrintWriter;

/**
 * What Ctrl-C (or a polite kill) leaves of a work, said when it ends the virtual machine, which it does at once: only a
 * file that is being written is waited for.
 */
public final class Interruption implements AutoCloseable {
    /** What the virtual machine runs at its end. */
    final Thread hook = new Thread(this::say, "airfoil-interrupted");

    private final PrintWriter err;
    private String outcome;

    /** @param outcome what is said if it comes before anything is written */
    public Interruption(PrintWriter err, String outcome) {
        this.err = err;
        this.outcome = outcome;
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** Writes files, or a line; from then on {@code next} is what is said. */
    public synchronized void write(Runnable files, String next) {
        files.run();
        outcome = next;
    }

    synchronized void say() {
        // Behind the line of progress, if one is shown.
        err.println((ProgressLine.isTerminal() ? System.lineSeparator() : "") + "airfoil: stopped; " + outcome);
    }

    /** The work is done: there is nothing more to say. */
    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException _) {
            // The virtual machine is at its end: it is being said.
        }
    }
}
