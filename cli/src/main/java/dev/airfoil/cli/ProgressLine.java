package dev.airfoil.cli;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.Optional;

/** One line on a terminal that is written again and again; nothing where the output is no terminal. */
final class ProgressLine implements AutoCloseable {
    private static final int BAR = 24;
    private static final long INTERVAL = 100_000_000;

    /** Characters at most: a line that the terminal wraps could not be written over. */
    static final int WIDTH = Optional.ofNullable(System.getenv("COLUMNS"))
                    .filter(columns -> columns.matches("[1-9]\\d{0,3}"))
                    .map(Integer::parseInt)
                    .orElse(80)
            - 1;

    private final PrintWriter out;
    private final boolean shown;
    private final long began = System.nanoTime();
    private long last;
    private int length;

    /** @param shown false hides it */
    ProgressLine(PrintWriter out, boolean shown) {
        this.out = out;
        this.shown = shown;
    }

    /** True if a person looks on. */
    static boolean isTerminal() {
        return System.console() != null && System.console().isTerminal();
    }

    /**
     * Shows how far it is, at most ten times a second.
     *
     * @param fraction 0 to 1
     * @param note what is being done
     */
    void update(double fraction, String note) {
        long now = System.nanoTime();
        if (!shown || now - last < INTERVAL && fraction < 1) {
            return;
        }
        last = now;
        int full = (int) Math.round(Math.clamp(fraction, 0.0, 1.0) * BAR);
        double left = fraction > 0 ? (now - began) / 1e9 * (1 - fraction) / fraction : 0;
        String line = String.format(
                Locale.ROOT,
                "%s%s %3.0f%%  %s left  %s",
                "=".repeat(full),
                "-".repeat(BAR - full),
                100 * fraction,
                time(left),
                note);
        show(line);
    }

    /** Shows what is being done, where nobody knows for how long. */
    void note(String note) {
        if (shown) {
            show(note);
        }
    }

    private void show(String text) {
        String line = text.substring(0, Math.min(WIDTH, text.length()));
        out.print("\r" + line + " ".repeat(Math.max(0, length - line.length())));
        out.flush();
        length = line.length();
    }

    /** Seconds as {@code 42 s}, {@code 3:20 min} or {@code 2:05 h}. */
    static String time(double seconds) {
        long s = Math.round(seconds);
        if (s < 60) {
            return s + " s";
        }
        return s < 3600
                ? String.format(Locale.ROOT, "%d:%02d min", s / 60, s % 60)
                : String.format(Locale.ROOT, "%d:%02d h", s / 3600, s / 60 % 60);
    }

    /** Wipes the line. */
    @Override
    public void close() {
        if (length > 0) {
            out.print("\r" + " ".repeat(length) + "\r");
            out.flush();
        }
    }
}
