package dev.airfoil.bench.table;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A row of the table.
 *
 * @param name what was done
 * @param threads with how many threads
 * @param unit of the figures
 * @param ours Airfoil's figure
 * @param peers the figures of those peers that were measured
 * @param ofLimit share of what the machine can do: of its multiply-adds or of its speed of copying
 */
record Row(String name, int threads, Unit unit, double ours, Map<Rival, Double> peers, OptionalDouble ofLimit) {
    Optional<Double> peer() {
        return Optional.ofNullable(peers.get(Rival.PYTORCH));
    }

    Optional<Double> blas() {
        return Optional.ofNullable(peers.get(Rival.OPENBLAS));
    }

    /** How many times better than PyTorch. */
    Optional<Double> ratio() {
        return peer().map(peer -> unit.ratio(ours, peer));
    }

    static String header() {
        return line("name", "threads", "ours", "PyTorch", "ratio", "OpenBLAS", "unit", "of limit");
    }

    /** As a line of the table. */
    String line() {
        return line(
                name,
                Integer.toString(threads),
                number(ours),
                peer().map(Row::number).orElse("-"),
                ratio().map(r -> Names.of("%.2f", r)).orElse("-"),
                blas().map(Row::number).orElse("-"),
                unit.label(),
                ofLimit.isPresent() ? Names.of("%.0f%%", 100 * ofLimit.getAsDouble()) : "-");
    }

    private static String line(Object... cells) {
        return String.format(Locale.ROOT, "%-40s %7s %9s %9s %6s %9s %-8s %8s", cells);
    }

    private static String number(double value) {
        return Names.of(value < 10 ? "%.2f" : "%.1f", value);
    }

    /** As an object of the JSON file; what was not measured is null. */
    Map<String, Object> toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", name + ", " + threads + (threads == 1 ? " thread" : " threads"));
        json.put("ours", rounded(ours));
        json.put("peer", peer().map(Row::rounded).orElse(null));
        json.put("ratio", ratio().map(Row::rounded).orElse(null));
        json.put("unit", unit.label());
        json.put("of_limit", ofLimit.isPresent() ? rounded(ofLimit.getAsDouble()) : null);
        json.put("threads", threads);
        blas().ifPresent(blas -> json.put("openblas", rounded(blas)));
        return json;
    }

    private static double rounded(double value) {
        return Math.round(value * 1e4) / 1e4;
    }
}
