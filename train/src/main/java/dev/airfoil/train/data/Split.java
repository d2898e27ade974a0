package dev.airfoil.train.data;

import java.nio.charset.StandardCharsets;

/**
 * Whether training may see a picture. The split is made by concept: every style, skin tone and caption of one concept
 * falls on the same side, so held-out loss measures composition and not memory.
 */
public enum Split {
    TRAIN,
    HELD_OUT;

    /** Held-out concepts in a thousand. */
    public static final int HELD_OUT_PER_MILLE = 30;

    /** The side of a concept: a fixed hash of its name, the same in every run, order and machine. */
    public static Split of(String concept) {
        long hash = 0;
        for (byte b : concept.getBytes(StandardCharsets.UTF_8)) {
            hash = SplitMix.mix(hash ^ (b & 0xff));
        }
        return SplitMix.below(hash, 1000) < HELD_OUT_PER_MILLE ? HELD_OUT : TRAIN;
    }
}
