package dev.airfoil.train;

import dev.airfoil.dit.DitConfig;
import dev.airfoil.dit.Sharing;
import dev.airfoil.pipeline.CodecChoice;
import dev.airfoil.pipeline.TextEncoderChoice;
import dev.airfoil.tensor.Dims;
import java.util.OptionalDouble;

/**
 * Everything that the weights depend on besides the data: two runs with the same configuration, data and backend give
 * the same bits. A checkpoint holds it; resuming with another is refused.
 *
 * @param model what is trained
 * @param encoder the frozen text encoder
 * @param textTokens the most tokens of a caption; the rest is cut
 * @param codec what the model's latents are
 * @param optimizer how it learns
 * @param flow what it learns
 * @param batch pictures a step
 * @param microBatches parts that the batch is computed in, one after another, to save memory
 * @param warmup steps over which the learning rate rises linearly from 0; then it is constant
 * @param clip largest norm of all gradients together; empty does not clip
 * @param emaDecay share of the averaged weights that each step keeps; less in the first steps
 * @param seed of everything random
 */
public record TrainConfig(
        DitConfig model,
        TextEncoderChoice encoder,
        int textTokens,
        CodecChoice codec,
        Optimizer optimizer,
        FlowMatching flow,
        int batch,
        int microBatches,
        long warmup,
        OptionalDouble clip,
        double emaDecay,
        long seed) {

    public TrainConfig {
        Dims.of("training")
                .require(textTokens > 0, "captions of " + textTokens + " tokens cannot be: there must be one at least")
                .require(batch > 0, "batch " + batch + " must be positive")
                .require(
                        microBatches > 0 && batch % microBatches == 0,
                        "batch " + batch + " cannot be computed in " + microBatches + " equal parts")
                .require(warmup >= 0, "warmup " + warmup + " must not be negative")
                .require(clip.orElse(1) > 0, "the largest gradient norm must be positive; leave it out to clip nothing")
                .require(emaDecay >= 0 && emaDecay < 1, "EMA decay " + emaDecay + " must be at least 0 and below 1");
    }

    /**
     * What suits a few thousand small pictures, and is the model that comes with Airfoil: 3.9 million parameters that learn
     * pixels in patches of 4, 256 pictures a step.
     */
    public static TrainConfig small() {
        return new TrainConfig(
                new DitConfig(Sharing.NONE, 7, 192, 6, 3, 4, 384, 384),
                TextEncoderChoice.E5_SMALL_V2,
                24,
                CodecChoice.PIXELS,
                AdamW.usual(1e-3),
                FlowMatching.PAPER,
                256,
                1,
                500,
                OptionalDouble.empty(),
                0.999,
                0);
    }

    /** With another model. */
    public TrainConfig withModel(DitConfig other) {
        return new TrainConfig(
                other, encoder, textTokens, codec, optimizer, flow, batch, microBatches, warmup, clip, emaDecay, seed);
    }

    /** With another seed. */
    public TrainConfig withSeed(long other) {
        return new TrainConfig(
                model, encoder, textTokens, codec, optimizer, flow, batch, microBatches, warmup, clip, emaDecay, other);
    }

    /** With another optimizer. */
    public TrainConfig withOptimizer(Optimizer other) {
        return new TrainConfig(
                model, encoder, textTokens, codec, other, flow, batch, microBatches, warmup, clip, emaDecay, seed);
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
}
