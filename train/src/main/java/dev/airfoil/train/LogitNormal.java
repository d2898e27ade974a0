package dev.airfoil.train;

import dev.airfoil.tensor.TensorException;

/**
 * Sigma whose logit, ln(sigma / (1 - sigma)), is normal: middle noise levels, where there is most to learn, come more
 * often (Esser et al., "Scaling rectified flow transformers", 2024, section 3.1; DiT-Air takes it over).
 *
 * @param mean of the logit: positive prefers noise
 * @param std standard deviation of the logit
 */
public record LogitNormal(double mean, double std) implements TimeDistribution {
    public LogitNormal {
        if (!Double.isFinite(mean) || !(std > 0) || Double.isInfinite(std)) {
            throw new TensorException("logit-normal: mean " + mean + " must be a number and std " + std + " positive");
        }
    }

    /** Mean 0 and standard deviation 1. */
    public LogitNormal() {
        this(0, 1);
    }

    @Override
    public double quantile(double u) {
        return 1 / (1 + Math.exp(-(mean + std * normalQuantile(u))));
    }

    /**
     * The inverse of the normal distribution function for u in (0, 1): P. J. Acklam's rational approximation, relative
     * error below 1.2e-9, finer than the F32 that comes of it.
     */
    static double normalQuantile(double u) {
        double tail = 0.02425;
        if (u > 0.5) {
            return -normalQuantile(1 - u);
        }
        if (u < tail) {
            double q = Math.sqrt(-2 * Math.log(u));
            double above = poly(
                    q,
                    -7.784894002430293e-3,
                    -3.223964580411365e-1,
                    -2.400758277161838,
                    -2.549732539343734,
                    4.374664141464968,
                    2.938163982698783);
            return above / poly(q, 7.784695709041462e-3, 3.224671290700398e-1, 2.445134137142996, 3.754408661907416, 1);
        }
        double q = u - 0.5;
        double r = q * q;
        double above = poly(
                r,
                -3.969683028665376e1,
                2.209460984245205e2,
                -2.759285104469687e2,
                1.383577518672690e2,
                -3.066479806614716e1,
                2.506628277459239);
        return q
                * above
                / poly(
                        r,
                        -5.447609879822406e1,
                        1.615858368580409e2,
                        -1.556989798598866e2,
                        6.680131188771972e1,
                        -1.328068155288572e1,
                        1);
    }

    /** A polynomial by Horner's rule, the highest coefficient first. */
    private static double poly(double x, double... coefficients) {
        double value = 0;
        for (double c : coefficients) {
            value = value * x + c;
        }
        return value;
    }
}
