package dev.airfoil.samplers;

import dev.airfoil.tensor.TensorException;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** The noise levels that a sampler visits, falling from at most 1 (noise) to usually 0 (data). Immutable. */
public final class SigmaSchedule {
    private final double[] sigmas;

    private SigmaSchedule(double[] sigmas) {
        this.sigmas = sigmas;
    }

    /** {@code steps} equal intervals from 1 to 0. */
    public static SigmaSchedule uniform(int steps) {
        return shifted(steps, 1);
    }

    /**
     * {@code steps} intervals from 1 to 0, equal before the shift {@code sigma' = a sigma / (1 + (a - 1) sigma)}, which
     * spends more of them on high noise: large pictures need that, as noise hides less of them. SD3's rule is a = the
     * square root of the ratio of pixels to those the model learnt on.
     *
     * @param shift the a of the formula; 1 changes nothing
     */
    public static SigmaSchedule shifted(int steps, double shift) {
        if (steps < 1) {
            throw new TensorException("steps " + steps + " must be 1 or more");
        }
        double[] sigmas = new double[steps + 1];
        for (int i = 0; i <= steps; i++) {
            sigmas[i] = shift(1 - i / (double) steps, shift);
        }
        return new SigmaSchedule(sigmas);
    }

    /**
     * These levels, which must fall. An equal level twice in a row counts once: some libraries list a second-order
     * sampler's inner levels twice.
     */
    public static SigmaSchedule of(double... sigmas) {
        double[] distinct = new double[sigmas.length];
        int n = 0;
        for (double sigma : sigmas) {
            if (!(sigma >= 0 && sigma <= 1)) {
                throw new TensorException("sigma " + sigma + " must lie between 0 and 1");
            }
            if (n > 0 && sigma > distinct[n - 1]) {
                throw new TensorException("sigma rises from " + distinct[n - 1] + " to " + sigma + ": it must fall");
            }
            if (n == 0 || sigma < distinct[n - 1]) {
                distinct[n++] = sigma;
            }
        }
        if (n < 2) {
            throw new TensorException("a schedule needs two different sigmas or more, given " + n);
        }
        return new SigmaSchedule(Arrays.copyOf(distinct, n));
    }

    /** {@code sigma} after a resolution shift by {@code a}. */
    public static double shift(double sigma, double a) {
        if (!(a > 0) || Double.isInfinite(a)) {
            throw new TensorException("shift " + a + " must be a positive number; 1 changes nothing");
        }
        return a * sigma / (1 + (a - 1) * sigma);
    }

    /** Number of intervals. */
    public int steps() {
        return sigmas.length - 1;
    }

    /** Level number {@code i}, from 0 (the noisiest) to {@link #steps()}. */
    public double at(int i) {
        return sigmas[i];
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SigmaSchedule s && Arrays.equals(sigmas, s.sigmas);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(sigmas);
    }

    @Override
    public String toString() {
        return Arrays.stream(sigmas)
                .mapToObj(s -> String.format(Locale.ROOT, "%.4g", s))
                .collect(Collectors.joining(" ", "sigmas ", ""));
    }
}
