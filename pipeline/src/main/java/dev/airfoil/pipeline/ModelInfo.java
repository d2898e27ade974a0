package dev.airfoil.pipeline;

import dev.airfoil.dit.DitConfig;
import dev.airfoil.tensor.TensorException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a model file says of the model in it.
 *
 * @param name for people and for the metadata of pictures
 * @param config the denoiser
 * @param textEncoder what the denoiser reads texts with
 * @param textTokens the most tokens of a text; the rest is cut
 * @param codec what its latents are
 * @param imageSize side of the square pictures it learnt from, in pixels
 * @param guidance the scale that suits it
 * @param training how it was trained, free text by key
 */
public record ModelInfo(
        String name,
        DitConfig config,
        TextEncoderChoice textEncoder,
        int textTokens,
        CodecChoice codec,
        int imageSize,
        double guidance,
        Map<String, String> training) {
    private static final int FORMAT = 1;
    private static final TypeReference<Map<String, Object>> SETTINGS = new TypeReference<>() {};

    public ModelInfo {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(config, "config");
        Objects.requireNonNull(textEncoder, "textEncoder");
        Objects.requireNonNull(codec, "codec");
        Objects.requireNonNull(training, "training");
        if (imageSize < 1 || textTokens < 1) {
            throw new TensorException("a model for pictures of " + imageSize + " pixels and texts of " + textTokens
                    + " tokens cannot be: both must be positive");
        }
        training = Map.copyOf(training);
    }

    String toJson() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("format", FORMAT);
        map.put("name", name);
        map.put("dit", config.toMap());
        map.put("text_encoder", textEncoder.label());
        map.put("text_tokens", textTokens);
        map.put("codec", codec.label());
        map.put("image_size", imageSize);
        map.put("guidance", guidance);
        map.put("training", training);
        return JsonMapper.shared().writeValueAsString(map);
    }

    /** @throws TensorException if {@code json} does not describe a model that this version can read */
    static ModelInfo parse(String json) {
        try {
            JsonNode root = JsonMapper.shared().readTree(json);
            int format = whole(root, "format");
            if (format != FORMAT) {
                throw new TensorException("its format is " + format + " and this version of Airfoil reads " + FORMAT);
            }
            Map<String, String> training = new LinkedHashMap<>();
            root.path("training")
                    .properties()
                    .forEach(e -> training.put(e.getKey(), e.getValue().asString("")));
            return new ModelInfo(
                    text(root, "name"),
                    DitConfig.of(JsonMapper.shared()
                            .convertValue(required(root, "dit", JsonNode::isObject, "an object"), SETTINGS)),
                    TextEncoderChoice.labelled(text(root, "text_encoder")),
                    whole(root, "text_tokens"),
                    CodecChoice.labelled(text(root, "codec")),
                    whole(root, "image_size"),
                    required(root, "guidance", JsonNode::isNumber, "a number").asDouble(),
                    training);
        } catch (JacksonException e) {
            throw new TensorException("its description cannot be read: " + e.getOriginalMessage(), e);
        }
    }

    private static String text(JsonNode root, String key) {
        return required(root, key, JsonNode::isString, "text").asString();
    }

    private static int whole(JsonNode root, String key) {
        return required(root, key, JsonNode::isInt, "a whole number").asInt();
    }

    private static JsonNode required(JsonNode root, String key, Predicate<JsonNode> fits, String wanted) {
        JsonNode node = root.path(key);
        if (node.isMissingNode() || node.isNull()) {
            throw new TensorException("its description lacks '" + key + "'");
        }
        if (!fits.test(node)) {
            throw new TensorException("its description has " + key + " = " + node + " where " + wanted + " is wanted");
        }
        return node;
    }
}
