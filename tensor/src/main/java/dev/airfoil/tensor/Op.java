package dev.airfoil.tensor;

import java.util.List;

/**
 * An operation: a record whose components are its settings. It says what comes out ({@link #infer}) and what its
 * gradient is ({@link #vjp}); what it means is said by the reference backend for the few {@link Primitive}s, by a layout
 * for {@link View}s, and by {@link Fused#define} for everything else. Kernels are only speed.
 */
public sealed interface Op permits View, Primitive, Fused {
    /** Name in errors and profiles: the record's name, starting in lower case. */
    default String name() {
        String n = getClass().getSimpleName();
        return Character.toLowerCase(n.charAt(0)) + n.substring(1);
    }

    /**
     * The outputs for these inputs: the only place where shapes are checked.
     *
     * @throws TensorException naming op, argument, what came and what was wanted
     */
    List<TensorSpec> infer(List<TensorSpec> inputs);

    /** Gives the gradient of every input from the gradients of the outputs. */
    void vjp(Vjp vjp);
}
