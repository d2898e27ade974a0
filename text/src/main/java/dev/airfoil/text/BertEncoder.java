package dev.airfoil.text;

import dev.airfoil.nn.Embedding;
import dev.airfoil.nn.LayerNorm;
import dev.airfoil.nn.Params;
import dev.airfoil.tensor.DType;
import dev.airfoil.tensor.Dims;
import dev.airfoil.tensor.Eager;
import dev.airfoil.tensor.Scope;
import dev.airfoil.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * BERT's encoder (Devlin et al., 2019): token, position and type vectors are added and normalised, then every layer
 * attends in both directions and normalises after each residual. Parameter names are Hugging Face's ({@code
 * encoder.layer.0.attention.self.query.weight}).
 *
 * <p>Frozen: it computes outside of any tape, and what a layer needs on the way is freed when the layer is done.
 */
public final class BertEncoder {
    private final BertConfig config;
    private final Embedding words;
    private final Embedding positions;
    private final Embedding types;
    private final LayerNorm norm;
    private final List<BertLayer> layers;

    /**
     * Builds the encoder from the parameters of a checkpoint; what else the checkpoint holds (pooler, heads) is left.
     *
     * @throws dev.airfoil.tensor.TensorException if a parameter is missing or has another shape: it is named
     */
    public BertEncoder(BertConfig config, Params params) {
        Params embeddings = params.in("embeddings");
        int d = config.width();
        this.config = config;
        this.words = Embedding.of(embeddings.in("word_embeddings"), config.vocabulary(), d);
        this.positions = Embedding.of(embeddings.in("position_embeddings"), config.positions(), d);
        this.types = Embedding.of(embeddings.in("token_type_embeddings"), config.types(), d);
        this.norm = LayerNorm.of(embeddings.in("LayerNorm"), d, config.layerNormEps());
        this.layers = IntStream.range(0, config.layers())
                .mapToObj(i ->
                        BertLayer.of(config, params.in("encoder").in("layer").in(i)))
                .toList();
    }

    public BertConfig config() {
        return config;
    }

    /** Computes on the backend that holds the weights, unseen by any tape. */
    Eager frozen() {
        return new Eager(words.weight().value().storage().backend());
    }

    /** {@link #forward(Tensor, Tensor, Optional)} of single texts, which are all of type 0. */
    public List<Tensor> forward(Tensor ids, Tensor mask) {
        return forward(ids, mask, Optional.empty());
    }

    /**
     * The hidden states, {@code [b n d]} each: the normalised embeddings, then what each layer gives. The last is the
     * encoder's output.
     *
     * @param ids token ids {@code [b n]}, I32
     * @param mask {@code [b n]}, I32: 1 for a token, 0 for padding, to which no token attends
     * @param types {@code [b n]}, I32: 1 for a token of the second of two texts; empty is all 0
     * @throws dev.airfoil.tensor.TensorException if there are more tokens than the encoder has positions
     */
    public List<Tensor> forward(Tensor ids, Tensor mask, Optional<Tensor> types) {
        Dims dims =
                Dims.of("bert").bind("ids", ids.spec(), DType.I32, "b n").bind("mask", mask.spec(), DType.I32, "b n");
        types.ifPresent(t -> dims.bind("types", t.spec(), DType.I32, "b n"));
        int n = dims.get("n");
        dims.require(n <= config.positions(), "n=" + n + " tokens where at most " + config.positions() + " fit");
        return frozen().call(() -> {
            List<Tensor> states = new ArrayList<>();
            states.add(Scope.call("bert embeddings", () -> embed(ids, n, types)));
            for (BertLayer layer : layers) {
                Tensor x = states.getLast();
                states.add(Scope.call("bert layer", () -> layer.forward(x, mask)));
            }
            return List.copyOf(states);
        });
    }

    private Tensor embed(Tensor ids, int n, Optional<Tensor> typeIds) {
        Tensor table = positions.weight().value().narrow(0, 0, n);
        Tensor type = typeIds.map(types::forward)
                .orElseGet(() -> types.weight().value().narrow(0, 0, 1));
        return norm.forward(words.forward(ids).add(type).add(table));
    }
}
