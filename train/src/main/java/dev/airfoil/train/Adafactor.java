package dev.airfoil.train;

import dev.airfoil.tensor.Dims;
import dev.airfoil.tensor.Op;
import dev.airfoil.tensor.Shape;
import dev.airfoil.tensor.ops.AdafactorUpdate;
import dev.airfoil.tensor.ops.AdafactorUpdate.Moment;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/**
 * Adafactor without parameter scaling or decay (Shazeer and Stern, 2018); see {@link AdafactorUpdate} for the rule.
 *
 * @param rate learning rate
 * @param beta1 share of the last update that is kept as momentum; 0 keeps none and takes no memory
 * @param beta2 share of the second moment that is kept
 * @param eps added to the squared gradient
 * @param clip largest root mean square of an update, before the learning rate
 * @param minDimFactored a second moment is kept as a row and a column where both of the last two axes are at least this
 */
public record Adafactor(double rate, double beta1, Beta2Schedule beta2, double eps, double clip, int minDimFactored)
        implements Optimizer {
    public Adafactor {
        Dims.of("optimizer")
                .require(rate > 0, "the learning rate " + rate + " must be positive")
                .require(beta1 >= 0 && beta1 < 1, "beta1 " + beta1 + " must be at least 0 and below 1")
                .require(eps >= 0, "eps " + eps + " must not be negative")
                .require(clip > 0, "the largest update " + clip + " must be positive")
                .require(minDimFactored > 0, "the smallest factored axis " + minDimFactored + " must be positive");
    }

    /** The paper's settings (MODEL.md 15) with another learning rate; the paper's is 1e-4. */
    public static Adafactor paper(double rate) {
        return new Adafactor(rate, 0.9, new Beta2Schedule.Debiased(0.999), 1e-30, 1, 128);
    }

    @Override
    public SequencedMap<String, Shape> state(Shape parameter) {
        SequencedMap<String, Shape> state = new LinkedHashMap<>();
        switch (moment(parameter)) {
            case FULL -> state.put("v", parameter);
            case FACTORED -> {
                state.put("row", parameter.remove(-1));
                state.put("col", parameter.remove(-2));
            }
        }
        if (beta1 > 0) {
            state.put("m", parameter);
        }
        return state;
    }

    @Override
    public Op update(Shape parameter, long step, double rate) {
        return new AdafactorUpdate(moment(parameter), rate, beta1, beta2.at(step), eps, clip);
    }

    private Moment moment(Shape p) {
        boolean large = p.rank() >= 2 && p.dim(-1) >= minDimFactored && p.dim(-2) >= minDimFactored;
        return large ? Moment.FACTORED : Moment.FULL;
    }
}
