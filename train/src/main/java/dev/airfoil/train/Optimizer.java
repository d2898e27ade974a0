package dev.airfoil.train;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.airfoil.tensor.Op;
import dev.airfoil.tensor.Shape;
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
}
