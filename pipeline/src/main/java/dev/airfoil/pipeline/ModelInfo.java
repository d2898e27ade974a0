package dev.airfoil.pipeline;

import dev.airfoil.dit.DitConfig;
import dev.airfoil.tensor.TensorException;
import java.util.LinkedHashMap;
import java.util.Map;
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
            int format = required(root, "format").asInt();
            if (format != FORMAT) {
                throw new TensorException("its format is " + format + " and this version of Airfoil reads " + FORMAT);
            }
            Map<String, String> training = new LinkedHashMap<>();
            root.path("training")
                    .properties()
                    .forEach(e -> training.put(e.getKey(), e.getValue().asString("")));
            return new ModelInfo(
                    required(root, "name").asString(),
                    DitConfig.of(JsonMapper.shared().convertValue(required(root, "dit"), SETTINGS)),
                    TextEncoderChoice.labelled(required(root, "text_encoder").asString()),
                    required(root, "text_tokens").asInt(),
                    CodecChoice.labelled(required(root, "codec").asString()),
                    required(root, "image_size").asInt(),
                    required(root, "guidance").asDouble(),
                    training);
        } catch (JacksonException e) {
            throw new TensorException("its description cannot be read: " + e.getOriginalMessage(), e);
        }
    }

    private static JsonNode required(JsonNode root, String key) {
        JsonNode node = root.path(key);
        if (node.isMissingNode() || node.isNull()) {
            throw new TensorException("its description lacks '" + key + "'");
        }
        return node;
    }
}
