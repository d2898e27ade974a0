package dev.airfoil.cli.check;

import java.util.Locale;

/** What became of one case. */
public sealed interface Outcome {
    /** Everything in the case was computed and compared. */
    record Compared(String kind, String name, Comparison.Deviation worst) implements Outcome {}

    /** The case could not be read or computed. */
    record Broken(String kind, String name, String reason) implements Outcome {}

    /** Airfoil does not have what the case is about. */
    record Skipped(String kind, String name, String reason) implements Outcome {}

    /** True if something is wrong. */
    default boolean isFailure() {
        return switch (this) {
            case Compared c -> !c.worst().isWithin();
            case Broken _ -> true;
            case Skipped _ -> false;
        };
    }

    /** One line: {@code ok | FAIL | skipped}, kind, name, then error and tolerance, or the reason. */
    default String line() {
        return switch (this) {
            case Compared(String kind, String name, Comparison.Deviation worst) ->
                String.format(
                        Locale.ROOT,
                        "%-7s %-18s %-26s %.2e (tolerance %.0e) %s",
                        isFailure() ? "FAIL" : "ok",
                        kind,
                        name,
                        worst.error(),
                        worst.tolerance(),
                        worst.tensor());
            case Broken(String kind, String name, String reason) ->
                String.format(Locale.ROOT, "%-7s %-18s %-26s %s", "FAIL", kind, name, reason);
            case Skipped(String kind, String name, String reason) ->
                String.format(Locale.ROOT, "%-7s %-18s %-26s %s", "skipped", kind, name, reason);
        };
    }
}
