package dev.airfoil.pipeline;

import dev.airfoil.tensor.TensorException;
import java.util.Arrays;
import java.util.stream.Collectors;

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
        return Arrays.stream(values())
                .filter(c -> c.label.equals(label))
                .findFirst()
                .orElseThrow(() -> new TensorException("there is no codec '" + label + "'; there are "
                        + Arrays.stream(values()).map(CodecChoice::label).collect(Collectors.joining(", "))));
    }

    /** Opens it on the current backend. */
    public LatentCodec open() {
        return switch (this) {
            case PIXELS -> new PixelCodec();
        };
    }
}
