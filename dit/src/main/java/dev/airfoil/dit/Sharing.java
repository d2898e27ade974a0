package dev.airfoil.dit;

/** What the blocks of a DiT-Air share (section 3.2 of the paper). */
public enum Sharing {
    /** Nothing: DiT-Air. */
    NONE("air"),
    /** The attention layers: DiT-Air-Lite with shared attention. */
    ATTENTION("air_lite_attn"),
    /** The whole block: DiT-Air-Lite with full sharing. */
    FULL("air_lite_full");

    private final String variant;

    Sharing(String variant) {
        this.variant = variant;
    }

    /** Name in checkpoints and golden cases. */
    public String variant() {
        return variant;
    }
}
