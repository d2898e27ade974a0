package dev.airfoil.train;

import dev.airfoil.dit.DitConfig;
import java.util.OptionalDouble;

/**
 * Everything that the weights depend on besides the data: two runs with the same configuration, data and backend give
 * the same bits. A checkpoint holds it; resuming with another is refused.
 *
 * @param model what is trained
 * @param encoder name of the frozen text encoder
 * @param optimizer how it learns
 * @param flow what it learns
 * @param batch pictures a step
 * @param microBatches parts that the batch is computed in, one after another, to save memory
 * @param warmup steps over which the learning rate rises linearly from 0; then it is constant
 * @param clip largest norm of all gradients together; empty does not clip
 * @param emaDecay share of the averaged weights that each step keeps; less in the first steps, see {@link #emaDecay(long)}
 * @param seed of everything random
 */
public record TrainConfig(
        DitConfig model,
        String encoder,
        Optimizer optimizer,
        FlowMatching flow,
        int batch,
        int microBatches,
        long warmup,
        OptionalDouble clip,
        double emaDecay,
        long seed) {

    public TrainConfig {
        require(!encoder.isBlank(), "the text encoder has no name");
        require(batch > 0, "batch " + batch + " must be positive");
        require(
                microBatches > 0 && batch % microBatches == 0,
                "batch " + batch + " cannot be computed in " + microBatches + " equal parts");
        require(warmup >= 0, "warmup " + warmup + " must not be negative");
        require(clip.orElse(1) > 0, "the largest gradient norm must be positive; leave it out to clip nothing");
        require(emaDecay >= 0 && emaDecay < 1, "EMA decay " + emaDecay + " must be at least 0 and below 1");
    }

    /** Pictures in one forward. */
    public int microBatch() {
        return batch / microBatches;
    }

    /** Learning rate of a step, from 1. */
    double rate(long step) {
        return optimizer.rate() * (step < warmup ? step / (double) warmup : 1);
    }

    /**
     * What the average keeps at a step, from 1. The first weights say nothing, so the average starts short: it covers
     * about the last tenth of the steps so far until it reaches its full length.
     */
    double emaDecay(long step) {
        return Math.min(emaDecay, (1 + step) / (10.0 + step));
    }

    private static void require(boolean holds, String sentence) {
        if (!holds) {
            throw new TrainException("training: " + sentence);
        }
    }
}
