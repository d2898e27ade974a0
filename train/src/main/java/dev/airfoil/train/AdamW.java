package dev.airfoil.train;

import dev.airfoil.tensor.Dims;
import dev.airfoil.tensor.Op;
import dev.airfoil.tensor.Shape;
import dev.airfoil.tensor.ops.AdamWUpdate;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter, 2019); see {@link AdamWUpdate} for the rule.
 *
 * @param rate learning rate
 * @param beta1 share of the first moment that is kept
 * @param beta2 share of the second moment that is kept
 * @param eps added to the root of the second moment
 * @param decay share of a parameter, times the learning rate, that is taken away each step
 */
public record AdamW(double rate, double beta1, double beta2, double eps, double decay) implements Optimizer {
    public AdamW {
        Dims.of("optimizer")
                .require(rate > 0, "the learning rate " + rate + " must be positive")
                .require(beta1 >= 0 && beta1 < 1, "beta1 " + beta1 + " must be at least 0 and below 1")
                .require(beta2 >= 0 && beta2 < 1, "beta2 " + beta2 + " must be at least 0 and below 1")
                .require(eps > 0, "eps " + eps + " must be positive")
                .require(decay >= 0, "the weight decay " + decay + " must not be negative");
    }

    /** The usual moments, no decay. */
    public static AdamW usual(double rate) {
        return new AdamW(rate, 0.9, 0.999, 1e-8, 0);
    }

    @Override
    public SequencedMap<String, Shape> state(Shape parameter) {
        SequencedMap<String, Shape> state = new LinkedHashMap<>();
        state.put("m", parameter);
        state.put("v", parameter);
        return state;
    }

    @Override
    public Op update(Shape parameter, long step, double rate) {
        return new AdamWUpdate(rate, beta1, beta2, eps, decay, step);
    }
}
