package dev.airfoil.train;

/** Every noise level equally often. */
public record Uniform() implements TimeDistribution {
    @Override
    public double quantile(double u) {
        return u;
    }
}
