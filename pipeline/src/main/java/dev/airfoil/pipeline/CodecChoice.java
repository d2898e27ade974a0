package dev.airfoil.pipeline;

import dev.airfoil.tensor.Named;
import dev.airfoil.tensor.TensorException;
import java.util.List;

/** The codecs that a model may name. */
public enum CodecChoice {
    /** {@link PixelCodec}. */
    PIXELS("pixels");

    private final String label;

    CodecChoice(String label) {
        this.label = label;
    }

    /** Name in model files. */
    public String label() {
        return label;
    }

    /** @throws TensorException if there is none of that name */
    public static CodecChoice labelled(String label) {
        return Named.find("codec", List.of(values()), CodecChoice::label, label);
    }

    /** Opens it on the current backend. */
    public LatentCodec open() {
        return switch (this) {
            case PIXELS -> new PixelCodec();
        };
    }
}
