package dev.airfoil.tensor.host;

/** The error function in double, to about 1e-14: {@code java.lang.Math} has none. */
final class Erf {
    private Erf() {}

    static double erf(double x) {
        double a = Math.abs(x);
        if (a > 6) {
            return Math.signum(x);
        }
        return Math.signum(x) * (a < 2 ? series(a) : 1 - complement(a));
    }

    /** 2/sqrt(pi) e^(-a^2) times the sum of 2^k a^(2k+1) / (1 3 5 .. (2k+1)): all terms positive, nothing cancels. */
    private static double series(double a) {
        double term = a;
        double sum = a;
        for (int k = 1; term > 1e-17 * sum; k++) {
            term *= 2 * a * a / (2 * k + 1);
            sum += term;
        }
        return 2 / Math.sqrt(Math.PI) * Math.exp(-a * a) * sum;
    }

    /** erfc as the continued fraction e^(-a^2) / sqrt(pi) / (a + (1/2) / (a + (2/2) / (a + (3/2) / (a + ...)))). */
    private static double complement(double a) {
        double tail = a;
        for (int k = 80; k >= 1; k--) {
            tail = a + k / 2.0 / tail;
        }
        return Math.exp(-a * a) / Math.sqrt(Math.PI) / tail;
    }
}
