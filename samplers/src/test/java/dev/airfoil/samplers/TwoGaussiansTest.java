package dev.airfoil.samplers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.airfoil.tensor.Backend;
import dev.airfoil.tensor.BackendProvider;
import dev.airfoil.tensor.Backends;
import dev.airfoil.tensor.Eager;
import dev.airfoil.tensor.Scope;
import dev.airfoil.tensor.Shape;
import dev.airfoil.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Where the exact velocity is known in closed form, what a sampler draws must follow the data's distribution: two
 * normal distributions in one dimension, compared by the area between the distribution functions (the Wasserstein
 * distance).
 */
class TwoGaussiansTest {
    private static final double[] WEIGHT = {0.4, 0.6};
    private static final double[] MEAN = {-1, 0.8};
    private static final double[] WIDTH = {0.3, 0.4};

    private static final int STEPS = 50;
    private static final int SAMPLES = 100_000;

    static List<Sampler> samplers() {
        return List.of(
                new Heun(),
                new HeunSde(),
                new HeunSde(Diffusion.SIN_SQUARED),
                new HeunSde(new Diffusion.Constant(0.5)));
    }

    @ParameterizedTest
    @MethodSource("samplers")
    void theSamplesFollowTheData(Sampler sampler) {
        SeededNoise noise = new SeededNoise(List.of(11L), Shape.of(SAMPLES));
        float[] x;
        try (Backend backend = Backends.open("reference", BackendProvider.Options.DEFAULT)) {
            x = new Eager(backend)
                    .call(() -> Scope.call(
                            "test",
                            () -> sampler.sample(
                                            TwoGaussiansTest::velocity,
                                            noise.start(),
                                            SigmaSchedule.uniform(STEPS),
                                            noise,
                                            StepListener.NONE)
                                    .toFloats()));
        }
        assertThat(distance(x)).isLessThan(0.005);
    }

    /** E[z0 - eps | z], a mean over the components, each weighted with its chance of having made z. */
    private static Tensor velocity(Tensor x, Tensor sigmas) {
        double sigma = sigmas.toFloats()[0];
        float[] z = x.toFloats();
        float[] v = new float[z.length];
        for (int i = 0; i < z.length; i++) {
            double sum = 0;
            double weights = 0;
            for (int k = 0; k < MEAN.length; k++) {
                double variance = Math.pow((1 - sigma) * WIDTH[k], 2) + sigma * sigma;
                double off = z[i] - (1 - sigma) * MEAN[k];
                double weight = WEIGHT[k] * Math.exp(-off * off / (2 * variance)) / Math.sqrt(variance);
                double data = MEAN[k] + (1 - sigma) * WIDTH[k] * WIDTH[k] / variance * off;
                double noise = sigma / variance * off;
                sum += weight * (data - noise);
                weights += weight;
            }
            v[i] = (float) (sum / weights);
        }
        return Tensor.of(v, x.shape().toArray());
    }

    /** The mean distance between sorted samples and the quantiles they stand for. */
    private static double distance(float[] samples) {
        float[] sorted = samples.clone();
        Arrays.sort(sorted);
        double sum = 0;
        double quantile = -4;
        double step = 1e-4;
        double below = distribution(quantile);
        for (int i = 0; i < sorted.length; i++) {
            double wanted = (i + 0.5) / sorted.length;
            double above = distribution(quantile + step);
            while (above < wanted) {
                quantile += step;
                below = above;
                above = distribution(quantile + step);
            }
            sum += Math.abs(sorted[i] - (quantile + step * (wanted - below) / (above - below)));
        }
        return sum / sorted.length;
    }

    private static double distribution(double x) {
        double sum = 0;
        for (int k = 0; k < MEAN.length; k++) {
            sum += WEIGHT[k] * normal((x - MEAN[k]) / WIDTH[k]);
        }
        return sum;
    }

    /** The standard normal distribution function: 1/2 + density(x) (x + x^3/3 + x^5/(3 5) + ...). */
    private static double normal(double x) {
        if (Math.abs(x) > 8) {
            return x < 0 ? 0 : 1;
        }
        double term = x;
        double sum = x;
        for (int n = 3; Math.abs(term) > 1e-17 * Math.abs(sum); n += 2) {
            term *= x * x / n;
            sum += term;
        }
        return 0.5 + sum * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
    }
}
