package dev.airfoil.text;

import dev.airfoil.nn.ParameterSource;
import dev.airfoil.nn.Params;
import dev.airfoil.tensor.DType;
import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Scope;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.TensorException;
import java.util.List;

/**
 * Tokenizer and BERT as one: the last hidden state is the tokens, their mean (special tokens included, padding not) the
 * pooled vector.
 */
public final class BertTextEncoder implements TextEncoder {
    private final Tokenizer tokenizer;
    private final BertEncoder encoder;
    private final Scope weights;
    private final int limit;
    private final Padding padding;

    private BertTextEncoder(Tokenizer tokenizer, BertEncoder encoder, Scope weights, int limit, Padding padding) {
        this.tokenizer = tokenizer;
        this.encoder = encoder;
        this.weights = weights;
        this.limit = limit;
        this.padding = padding;
    }

    /**
     * Reads the weights onto the current backend, where all encoding will be done; the source is not needed afterwards.
     *
     * @param name what to call the encoder in messages
     * @param limit the most tokens of a text, special ones included; the rest is cut
     * @throws TensorException if weights, vocabulary, limit and configuration do not belong together
     */
    public static BertTextEncoder open(
            String name, Tokenizer tokenizer, BertConfig config, ParameterSource source, int limit, Padding padding) {
        int fewest = Math.max(1, tokenizer.encode("", config.positions()).length());
        if (limit < fewest || limit > config.positions()) {
            throw new TensorException("the text encoder " + name + " cannot read " + limit + " tokens: choose " + fewest
                    + " to " + config.positions());
        }
        if (tokenizer.vocabularySize() > config.vocabulary()) {
            throw new TensorException("the text encoder " + name + " knows " + config.vocabulary()
                    + " tokens and its tokenizer gives " + tokenizer.vocabularySize() + "; they are of two models");
        }
        Scope weights = Scope.open(name);
        try {
            BertEncoder encoder = new BertEncoder(config, Params.load(weights, source));
            return new BertTextEncoder(tokenizer, encoder, weights, limit, padding);
        } catch (RuntimeException | Error e) {
            weights.close();
            throw e;
        }
    }

    @Override
    public TextFeatures encode(List<String> texts) {
        if (texts.isEmpty()) {
            throw new TensorException("the text encoder was given no text; for no prompt give the empty one");
        }
        TokenBatch batch = tokenizer.encode(texts, limit, padding);
        return encoder.frozen()
                .call(() -> Scope.call("text encoder", () -> {
                    Tensor ids = Tensor.of(batch.ids(), texts.size(), batch.length());
                    Tensor mask = Tensor.of(batch.mask(), texts.size(), batch.length());
                    Tensor tokens = encoder.forward(ids, mask).getLast();
                    return new TextFeatures(tokens, mask, mean(tokens, mask), batch.cut());
                }));
    }

    /** Mean of the tokens {@code [b n d]} that {@code mask [b n]} keeps: {@code [b d]}. */
    static Tensor mean(Tensor tokens, Tensor mask) {
        Tensor keep = F.cast(mask, DType.F32).reshape(mask.dim(0), mask.dim(1), 1);
        return tokens.mul(keep).sum(1).div(keep.sum(1)).reshape(tokens.dim(0), tokens.dim(2));
    }

    @Override
    public int width() {
        return encoder.config().width();
    }

    @Override
    public int limit() {
        return limit;
    }

    @Override
    public void close() {
        weights.close();
    }
}
