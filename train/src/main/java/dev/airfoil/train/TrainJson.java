package dev.airfoil.train;

import dev.airfoil.tensor.TensorException;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A configuration as JSON: what a checkpoint holds, and what a user may write by hand. */
public final class TrainJson {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .build();

    private TrainJson() {}

    /** The configuration as one line. */
    public static String write(TrainConfig config) {
        return MAPPER.writeValueAsString(config);
    }

    /**
     * Reads a configuration.
     *
     * @param origin where the text comes from, for messages
     * @throws TensorException if something is missing, unknown or wrong
     */
    public static TrainConfig read(String json, String origin) {
        try {
            return MAPPER.readValue(json, TrainConfig.class);
        } catch (JacksonException e) {
            String why = e.getCause() instanceof TensorException own ? own.getMessage() : e.getOriginalMessage();
            throw new TensorException(origin + " holds no training configuration that can be used: " + why, e);
        }
    }

    /** The settings in which two configurations differ: a sentence's middle. */
    static String difference(TrainConfig saved, TrainConfig wanted) {
        JsonNode a = MAPPER.valueToTree(saved);
        JsonNode b = MAPPER.valueToTree(wanted);
        return a.propertyNames().stream()
                .filter(name -> !a.get(name).equals(b.get(name)))
                .map(name -> name + " is " + a.get(name) + " there and " + b.get(name) + " here")
                .collect(Collectors.joining(", "));
    }
}
