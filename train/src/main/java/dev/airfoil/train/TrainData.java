package dev.airfoil.train;

import dev.airfoil.pipeline.LatentCodec;
import dev.airfoil.train.data.ImageTextSet;

/**
 * What a run learns from.
 *
 * @param set pictures and captions
 * @param texts features of all captions
 * @param codec from pictures to latents
 * @param fingerprint of the set, see {@link DataFingerprint}
 */
record TrainData(ImageTextSet set, TextCache texts, LatentCodec codec, String fingerprint) {
    /** Memory for a micro-batch of {@code size} items. */
    HostBatch hostBatch(int size) {
        return new HostBatch(set, texts, size);
    }

    /** The text cache's entry of a picture's canonical caption. */
    int canonical(int row) {
        return texts.entry(set.pair(row).caption());
    }
}
