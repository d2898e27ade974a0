package dev.airfoil.train;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.airfoil.tensor.Op;
import dev.airfoil.tensor.Shape;
import dev.airfoil.tensor.TensorException;
import java.util.Map;
import java.util.SequencedMap;

/** How parameters learn from gradients: the settings and the rule. Its memory lies in {@link OptimizerState}. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Adafactor.class, name = "adafactor"),
    @JsonSubTypes.Type(value = AdamW.class, name = "adamw")
})
public sealed interface Optimizer permits Adafactor, AdamW {
    /** The learning rate when the warm-up is over. */
    double rate();

    /** What is remembered of a parameter of this shape, by name, in the order that {@link #update} wants. */
    SequencedMap<String, Shape> state(Shape parameter);

    /**
     * The op of one step: from the parameter, its gradient and its state to the new parameter and state.
     *
     * @param parameter its shape
     * @param step number of this step, from 1
     * @param rate learning rate of this step
     */
    Op update(Shape parameter, long step, double rate);

    /**
     * The optimizer that a golden case's {@code config} describes: {@code adamw}; {@code adafactor_paper}; {@code
     * adafactor} and {@code adafactor_beta1}, which name their settings as Hugging Face does.
     *
     * @throws TensorException if the kind is not known or a number is missing
     */
    static Optimizer ofGolden(Map<String, ?> config) {
        return switch (String.valueOf(config.get("optimizer"))) {
            case "adamw" ->
                new AdamW(
                        number(config, "lr"),
                        number(config, "beta1"),
                        number(config, "beta2"),
                        number(config, "eps"),
                        number(config, "weight_decay"));
            case "adafactor_paper" ->
                new Adafactor(
                        number(config, "lr"),
                        number(config, "beta1"),
                        new Beta2Schedule.Debiased(number(config, "beta2")),
                        number(config, "eps"),
                        number(config, "clip_threshold"),
                        (int) number(config, "min_dim_factored"));
            case "adafactor", "adafactor_beta1" ->
                new Adafactor(
                        number(config, "lr"),
                        config.get("beta1") == null ? 0 : number(config, "beta1"),
                        new Beta2Schedule.Power(-number(config, "decay_rate")),
                        number(config, "eps1"),
                        number(config, "clip_threshold"),
                        1);
            case String other ->
                throw new TensorException(
                        "optimizer '" + other + "' is not one of adamw, adafactor, adafactor_beta1, adafactor_paper");
        };
    }

    private static double number(Map<String, ?> config, String key) {
        if (config.get(key) instanceof Number n) {
            return n.doubleValue();
        }
        throw new TensorException(
                "optimizer: the setting " + key + " is " + config.get(key) + " where a number is wanted");
    }

    /** For the constructors: a setting must hold. */
    static void require(boolean holds, String sentence) {
        if (!holds) {
            throw new TensorException("optimizer: " + sentence);
        }
    }
}
