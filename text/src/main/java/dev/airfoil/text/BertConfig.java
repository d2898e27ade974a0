package dev.airfoil.text;

import dev.airfoil.tensor.TensorException;
import dev.airfoil.tensor.ops.Activation;
import java.util.Map;
import java.util.TreeSet;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The size and shape of a BERT-type encoder: what its Hugging Face {@code config.json} says.
 *
 * @param vocabulary rows of the table of words
 * @param width d, numbers in a token
 * @param layers encoder layers
 * @param heads attention heads; they share the width evenly
 * @param hidden width of the layer inside the MLP
 * @param activation the nonlinearity of the MLP
 * @param positions the most tokens a text may have
 * @param types rows of the table of token types
 * @param layerNormEps added to the variance in every layer norm
 */
public record BertConfig(
        int vocabulary,
        int width,
        int layers,
        int heads,
        int hidden,
        Activation.Fn activation,
        int positions,
        int types,
        double layerNormEps) {
    private static final Map<String, Activation.Fn> ACTIVATIONS = Map.ofEntries(
            Map.entry("gelu", Activation.Fn.GELU),
            Map.entry("gelu_python", Activation.Fn.GELU),
            Map.entry("gelu_new", Activation.Fn.GELU_TANH),
            Map.entry("gelu_fast", Activation.Fn.GELU_TANH),
            Map.entry("gelu_accurate", Activation.Fn.GELU_TANH),
            Map.entry("gelu_python_tanh", Activation.Fn.GELU_TANH),
            Map.entry("gelu_pytorch_tanh", Activation.Fn.GELU_TANH),
            Map.entry("quick_gelu", Activation.Fn.QUICK_GELU),
            Map.entry("relu", Activation.Fn.RELU),
            Map.entry("silu", Activation.Fn.SILU),
            Map.entry("swish", Activation.Fn.SILU),
            Map.entry("linear", Activation.Fn.NONE));

    /** @throws TensorException if a size is not positive or the heads do not divide the width */
    public BertConfig {
        positive("vocab_size", vocabulary);
        positive("hidden_size", width);
        positive("num_attention_heads", heads);
        positive("intermediate_size", hidden);
        positive("max_position_embeddings", positions);
        positive("type_vocab_size", types);
        if (layers < 0) {
            throw new TensorException("a BERT cannot have num_hidden_layers = " + layers);
        }
        if (width % heads != 0) {
            throw new TensorException("a BERT cannot share hidden_size = " + width + " among num_attention_heads = "
                    + heads + ": it must divide evenly");
        }
        if (!(layerNormEps >= 0)) {
            throw new TensorException("a BERT cannot have layer_norm_eps = " + layerNormEps);
        }
    }

    private static void positive(String name, int value) {
        if (value <= 0) {
            throw new TensorException("a BERT cannot have " + name + " = " + value);
        }
    }

    /**
     * Reads the text of a Hugging Face {@code config.json}. A key that is absent has the library's default, that of
     * {@code bert-base-uncased}.
     *
     * @throws TensorException if it is not JSON, or asks for an encoder that is not BERT's
     */
    public static BertConfig parse(String json) {
        JsonNode root;
        try {
            root = JsonMapper.shared().readTree(json);
        } catch (JacksonException e) {
            throw new TensorException("the encoder's configuration is not JSON: " + e.getOriginalMessage(), e);
        }
        if (!root.isObject()) {
            throw new TensorException("the encoder's configuration is not a JSON object");
        }
        text(root, "model_type", "bert", "bert");
        text(root, "position_embedding_type", "absolute", "absolute");
        if (root.path("is_decoder").asBoolean(false)) {
            throw new TensorException("the encoder's configuration has is_decoder = true; a decoder cannot be read");
        }
        return new BertConfig(
                number(root, "vocab_size", 30522),
                number(root, "hidden_size", 768),
                number(root, "num_hidden_layers", 12),
                number(root, "num_attention_heads", 12),
                number(root, "intermediate_size", 3072),
                activation(root),
                number(root, "max_position_embeddings", 512),
                number(root, "type_vocab_size", 2),
                eps(root));
    }

    private static void text(JsonNode root, String key, String byDefault, String wanted) {
        JsonNode node = root.path(key);
        String found = node.isMissingNode() || node.isNull() ? byDefault : node.asString("");
        if (!found.equals(wanted)) {
            throw new TensorException(
                    "the encoder's configuration has " + key + " = " + node + " where \"" + wanted + "\" can be read");
        }
    }

    private static int number(JsonNode root, String key, int byDefault) {
        JsonNode node = root.path(key);
        if (node.isMissingNode()) {
            return byDefault;
        }
        if (!node.isInt()) {
            throw new TensorException(
                    "the encoder's configuration has " + key + " = " + node + " where a whole number is needed");
        }
        return node.asInt();
    }

    private static double eps(JsonNode root) {
        JsonNode node = root.path("layer_norm_eps");
        if (!node.isMissingNode() && !node.isNumber()) {
            throw new TensorException(
                    "the encoder's configuration has layer_norm_eps = " + node + " where a number is needed");
        }
        return node.asDouble(1e-12);
    }

    private static Activation.Fn activation(JsonNode root) {
        String name = root.path("hidden_act").asString("gelu");
        if (!ACTIVATIONS.containsKey(name)) {
            throw new TensorException("the encoder's configuration has hidden_act = \"" + name + "\" where one of "
                    + new TreeSet<>(ACTIVATIONS.keySet()) + " is known");
        }
        return ACTIVATIONS.get(name);
    }
}
