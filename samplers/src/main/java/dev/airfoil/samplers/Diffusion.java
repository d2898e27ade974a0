package dev.airfoil.samplers;

import dev.airfoil.tensor.TensorException;
import java.util.function.DoubleUnaryOperator;

/**
 * How much noise a stochastic sampler adds and takes away again at each noise level: the w of {@link HeunSde}. Every
 * choice has the same distribution at the end if the model is exact; they differ in how they correct its errors.
 */
public sealed interface Diffusion {
    /** w = sigma: the default. */
    Diffusion SIGMA = Standard.SIGMA;

    /** w = 0: the ordinary differential equation. */
    Diffusion ZERO = Standard.ZERO;

    /** w = sin^2(pi sigma): none at both ends. */
    Diffusion SIN_SQUARED = Standard.SIN_SQUARED;

    /** w at {@code sigma} in (0, 1], not negative. */
    double at(double sigma);

    /** The forms with a name. */
    enum Standard implements Diffusion {
        ZERO,
        SIGMA,
        SIN_SQUARED;

        @Override
        public double at(double sigma) {
            return switch (this) {
                case ZERO -> 0;
                case SIGMA -> sigma;
                case SIN_SQUARED -> Math.pow(Math.sin(Math.PI * sigma), 2);
            };
        }
    }

    /** The same w everywhere. */
    record Constant(double w) implements Diffusion {
        public Constant {
            if (!(w >= 0) || Double.isInfinite(w)) {
                throw new TensorException("a constant diffusion of " + w + " must be a number of 0 or more");
            }
        }

        @Override
        public double at(double sigma) {
            return w;
        }
    }

    /** Any other function of sigma. */
    record Custom(String name, DoubleUnaryOperator w) implements Diffusion {
        @Override
        public double at(double sigma) {
            return w.applyAsDouble(sigma);
        }

        @Override
        public String toString() {
            return name;
        }
    }
}
