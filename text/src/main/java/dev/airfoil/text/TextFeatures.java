package dev.airfoil.text;

import dev.airfoil.tensor.DType;
import dev.airfoil.tensor.Dims;
import dev.airfoil.tensor.Scope;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.TensorException;
import java.util.List;

/**
 * What a denoiser sees of b texts.
 *
 * @param tokens one vector a token, {@code [b n d]}
 * @param mask {@code [b n]}, I32: 1 for a token, 0 for padding
 * @param pooled one vector a text, {@code [b d]}
 * @param cut for each text the end that did not fit, empty where all of it did
 */
public record TextFeatures(Tensor tokens, Tensor mask, Tensor pooled, List<String> cut) implements Scope.Holder {
    /** @throws TensorException if the shapes do not belong together */
    public TextFeatures {
        cut = List.copyOf(cut);
        Dims dims = Dims.of("TextFeatures")
                .bind("tokens", tokens.spec(), "b n d")
                .bind("mask", mask.spec(), DType.I32, "b n")
                .bind("pooled", pooled.spec(), "b d");
        if (dims.get("b") != cut.size()) {
            throw new TensorException(
                    "TextFeatures: " + cut.size() + " reports of what was cut for " + dims.get("b") + " texts");
        }
    }

    @Override
    public List<Tensor> tensors() {
        return List.of(tokens, mask, pooled);
    }
}
