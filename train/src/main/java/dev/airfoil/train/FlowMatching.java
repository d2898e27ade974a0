package dev.airfoil.train;

import dev.airfoil.dit.DitAir;
import dev.airfoil.samplers.FlowPath;
import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.TensorException;
import dev.airfoil.tensor.random.Philox;
import java.util.Optional;

/**
 * What the model learns: at a point {@code z = (1 - sigma) z0 + sigma eps} of the line from data to noise, the velocity
 * {@code z0 - eps} (DiT-Air, section 3).
 *
 * @param time which noise levels are seen
 * @param drawing how those of a batch belong together
 * @param guidanceDropout share of the pictures whose text is replaced by the empty prompt's, tokens, mask and pooled
 *     vector together, so that guidance has a model without a prompt to compare with
 */
public record FlowMatching(TimeDistribution time, TimeDistribution.Drawing drawing, double guidanceDropout) {
    /** The paper's: logit-normal, a tenth without text; stratified over the batch. */
    public static final FlowMatching PAPER =
            new FlowMatching(new LogitNormal(), TimeDistribution.Drawing.STRATIFIED, 0.1);

    public FlowMatching {
        if (!(guidanceDropout >= 0 && guidanceDropout <= 1)) {
            throw new TensorException("guidance dropout " + guidanceDropout + " must lie between 0 and 1");
        }
    }

    /** Mean squared error of the model's velocity: a scalar. */
    public static Tensor loss(DitAir model, Batch batch) {
        Tensor sigma = batch.sigma().reshape(batch.sigma().dim(0), 1, 1, 1);
        Tensor z = FlowPath.at(batch.latent(), batch.noise(), sigma);
        Tensor v = model.forward(z, batch.text(), batch.pooled(), batch.sigma(), Optional.of(batch.mask()));
        return F.mse(v, FlowPath.velocity(batch.latent(), batch.noise()));
    }

    /** The noise levels of a step's batch: a function of (seed, step) alone. */
    float[] sigmas(int batch, long seed, long step) {
        return time.draw(drawing, batch, seed, step);
    }

    /** Whether picture {@code item} of a step's batch loses its text: a function of (seed, step, item) alone. */
    boolean drops(long seed, long step, int item) {
        return Philox.uniform(seed, Chance.DROPOUT.stream(step, 0), item) < guidanceDropout;
    }
}
