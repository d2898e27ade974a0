package dev.airfoil.bench.table;

/** What a row is measured in, and from what it follows. */
enum Unit {
    GFLOPS("GFLOP/s"),
    GIGABYTES("GB/s"),
    MILLISECONDS("ms"),
    SECONDS("s"),
    MEGABYTES("MB");

    private final String label;

    Unit(String label) {
        this.label = label;
    }

    String label() {
        return label;
    }

    /** The figure for {@code work} (operations or bytes) done in {@code seconds}. */
    double of(double work, double seconds) {
        return switch (this) {
            case GFLOPS, GIGABYTES -> work / seconds / 1e9;
            case MILLISECONDS -> 1e3 * seconds;
            case SECONDS -> seconds;
            case MEGABYTES -> work / 1e6;
        };
    }

    /** How many times better {@code ours} is than {@code theirs}. */
    double ratio(double ours, double theirs) {
        return switch (this) {
            case GFLOPS, GIGABYTES -> ours / theirs;
            case MILLISECONDS, SECONDS, MEGABYTES -> theirs / ours;
        };
    }
}
