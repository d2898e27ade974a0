package dev.airfoil.train;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.airfoil.tensor.random.Philox;

/** Which noise levels training sees, and how often. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Uniform.class, name = "uniform"),
    @JsonSubTypes.Type(value = LogitNormal.class, name = "logit-normal")
})
public sealed interface TimeDistribution permits Uniform, LogitNormal {
    /** Sigma stays this far away from 0 and 1. */
    float MARGIN = 1e-5f;

    /** How the noise levels of one batch belong together. */
    enum Drawing {
        /** Each for itself. */
        INDEPENDENT,
        /** One in each of b equally likely parts, in random order: the same distribution, a steadier loss. */
        STRATIFIED
    }

    /** The sigma below which a share {@code u} in (0, 1) of all lie. */
    double quantile(double u);

    /**
     * The noise levels of a batch, in [{@link #MARGIN}, 1 - {@link #MARGIN}]: a function of (seed, step) alone.
     *
     * @param batch how many, b
     * @param step number of the training step
     */
    default float[] draw(Drawing drawing, int batch, long seed, long step) {
        long stream = Chance.TIME.stream(step, 0);
        int[] part = Philox.permutation(batch, seed, Chance.PART.stream(step, 0));
        float[] sigma = new float[batch];
        for (int i = 0; i < batch; i++) {
            // The numbers are multiples of 2^-24: the middle of each cell is never 0 or 1.
            double u = Philox.uniform(seed, stream, i) + 0x1p-25;
            double share = drawing == Drawing.INDEPENDENT ? u : (part[i] + u) / batch;
            sigma[i] = Math.clamp((float) quantile(share), MARGIN, 1 - MARGIN);
        }
        return sigma;
    }
}
