package dev.airfoil.pipeline;

import dev.airfoil.tensor.Named;
import dev.airfoil.tensor.TensorException;
import dev.airfoil.text.E5SmallV2;
import dev.airfoil.text.Padding;
import dev.airfoil.text.TextEncoder;
import java.util.List;

/** The text encoders that a model may name. */
public enum TextEncoderChoice {
    /** {@link E5SmallV2}: 384 wide. */
    E5_SMALL_V2("e5-small-v2");

    private final String label;

    TextEncoderChoice(String label) {
        this.label = label;
    }

    /** Name in model files. */
    public String label() {
        return label;
    }

    /** @throws TensorException if there is none of that name */
    public static TextEncoderChoice labelled(String label) {
        return Named.find("text encoder", List.of(values()), TextEncoderChoice::label, label);
    }

    /**
     * Opens it on the current backend.
     *
     * @param tokens the most tokens of a text
     */
    public TextEncoder open(int tokens) {
        return switch (this) {
            case E5_SMALL_V2 -> E5SmallV2.open(tokens, Padding.TO_LONGEST);
        };
    }
}
