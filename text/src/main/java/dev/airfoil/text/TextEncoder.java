package dev.airfoil.text;

import java.util.List;

/** Texts to features. Frozen: no tape sees what happens inside. */
public interface TextEncoder extends AutoCloseable {
    /**
     * Reads some texts; each row depends on its own text only. The features belong to the innermost scope.
     *
     * @param texts at least one; an empty text is one like any other (it stands for "no prompt" in guidance)
     * @throws dev.airfoil.tensor.TensorException if there is no text, or the encoder is closed
     */
    TextFeatures encode(List<String> texts);

    /** d, the width of {@link TextFeatures#tokens} and {@link TextFeatures#pooled}. */
    int width();

    /** The most tokens a text may have; the rest is cut. */
    int limit();

    /** Frees the weights. */
    @Override
    void close();
}
