package dev.airfoil.train;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.airfoil.tensor.Dims;

/** How much of its second moment {@link Adafactor} keeps at each step: nothing at the first, more and more later. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Beta2Schedule.Debiased.class, name = "debiased"),
    @JsonSubTypes.Type(value = Beta2Schedule.Power.class, name = "power")
})
public sealed interface Beta2Schedule {
    /** The share kept at {@code step}, from 1. */
    double at(long step);

    /**
     * {@code b (1 - b^(step-1)) / (1 - b^step)}: the average over the last 1 / (1 - b) gradients, without a bias at the
     * start (MODEL.md 15, the paper's b2 = 0.999).
     */
    record Debiased(double beta2) implements Beta2Schedule {
        public Debiased {
            Dims.of("optimizer").require(beta2 > 0 && beta2 < 1, "beta2 " + beta2 + " must lie between 0 and 1");
        }

        @Override
        public double at(long step) {
            return beta2 * (1 - Math.pow(beta2, step - 1)) / (1 - Math.pow(beta2, step));
        }
    }

    /** {@code 1 - step^-exponent} (Shazeer and Stern, "Adafactor", 2018, section 7.2; they take 0.8). */
    record Power(double exponent) implements Beta2Schedule {
        public Power {
            Dims.of("optimizer")
                    .require(exponent > 0, "the exponent " + exponent + " of beta2's decay must be positive");
        }

        @Override
        public double at(long step) {
            return 1 - Math.pow(step, -exponent);
        }
    }
}
