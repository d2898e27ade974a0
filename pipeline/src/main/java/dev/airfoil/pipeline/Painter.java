package dev.airfoil.pipeline;

import dev.airfoil.dit.DitAir;
import dev.airfoil.samplers.Guidance;
import dev.airfoil.samplers.Sampler;
import dev.airfoil.samplers.SeededNoise;
import dev.airfoil.samplers.SigmaSchedule;
import dev.airfoil.samplers.StepListener;
import dev.airfoil.samplers.VelocityField;
import dev.airfoil.tensor.Scope;
import dev.airfoil.tensor.Shape;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.TensorException;
import dev.airfoil.text.TextFeatures;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** A denoiser and the codec of its latents: paints pictures for text features. Owns neither. */
public record Painter(DitAir model, LatentCodec codec) {
    /** @throws TensorException if model and codec do not belong together */
    public Painter {
        Objects.requireNonNull(model, "model");
        Objects.requireNonNull(codec, "codec");
        if (model.config().latentChannels() != codec.channels()) {
            throw new TensorException("the model has " + model.config().latentChannels()
                    + " latent channels and the codec " + codec.channels() + "; they do not belong together");
        }
    }

    /** How the way from noise to data is walked. */
    public record Walk(Sampler sampler, SigmaSchedule schedule, Guidance guidance) {
        public Walk {
            Objects.requireNonNull(sampler, "sampler");
            Objects.requireNonNull(schedule, "schedule");
            Objects.requireNonNull(guidance, "guidance");
        }
    }

    /**
     * Paints one picture a seed.
     *
     * @param texts for b seeds: with guidance 2b rows, first what to move away from (as a rule the empty text), then
     *     the prompts; without, the b prompts
     * @param size of the pictures
     * @return {@code [b 3 h w]}, owned by the innermost scope
     */
    public Tensor paint(TextFeatures texts, Walk walk, List<Long> seeds, ImageSize size, StepListener listener) {
        int rows = seeds.size() * (walk.guidance().isUsed() ? 2 : 1);
        if (texts.tokens().dim(0) != rows) {
            throw new TensorException("painting " + seeds.size() + " pictures takes " + rows + " texts, given "
                    + texts.tokens().dim(0));
        }
        VelocityField model = (x, sigma) -> Scope.call(
                "denoiser", () -> model().forward(x, texts.tokens(), texts.pooled(), sigma, Optional.of(texts.mask())));
        VelocityField field = walk.guidance().isUsed() ? walk.guidance().over(model) : model;
        SeededNoise noise = new SeededNoise(seeds, latentShape(size));
        return Scope.call("paint", () -> {
            Tensor latent = walk.sampler().sample(field, noise.start(), walk.schedule(), noise, listener);
            return codec.decode(latent);
        });
    }

    /** @throws TensorException if the model cannot paint pictures of this size: the message names one that it can */
    public void requireSize(ImageSize size) {
        int unit = model.config().patch() * codec.scale();
        if (size.width() % unit != 0 || size.height() % unit != 0) {
            throw new TensorException("an image of " + size + " cannot be cut into patches: width and height must be"
                    + " multiples of " + unit + ", for example "
                    + new ImageSize(Math.ceilDiv(size.width(), unit) * unit, Math.ceilDiv(size.height(), unit) * unit));
        }
    }

    /** Shape of the latent of one picture, {@code [c h w]}. */
    private Shape latentShape(ImageSize size) {
        requireSize(size);
        return Shape.of(codec.channels(), size.height() / codec.scale(), size.width() / codec.scale());
    }
}
