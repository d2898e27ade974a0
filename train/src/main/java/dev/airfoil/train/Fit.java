package dev.airfoil.train;

import dev.airfoil.dit.DitConfig;
import dev.airfoil.pipeline.LatentCodec;
import dev.airfoil.tensor.TensorException;
import dev.airfoil.train.data.ImageTextSet;

/** Checks, before anything long begins, that model, pictures, texts and codec fit together. */
final class Fit {
    private Fit() {}

    /** @throws TensorException naming the first two that do not */
    static void check(TrainConfig config, ImageTextSet set, TextCache texts, LatentCodec codec) {
        DitConfig model = config.model();
        if (model.latentChannels() != codec.channels()) {
            throw new TensorException("the model has " + model.latentChannels() + " latent channels, the image codec "
                    + codec.channels());
        }
        if (model.textDim() != texts.width() || model.pooledDim() != texts.width()) {
            throw new TensorException(
                    "the model wants text tokens of " + model.textDim() + " and a pooled text of " + model.pooledDim()
                            + ", but the encoder " + config.encoder().label() + " gives " + texts.width());
        }
        int step = codec.scale() * model.patch();
        if (set.imageSize() % step != 0) {
            throw new TensorException("pictures of " + set.imageSize() + " pixels cannot be cut into patches of " + step
                    + " pixels; build the set again with a multiple of " + step);
        }
    }
}
