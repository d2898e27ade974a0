package dev.airfoil.tensor;

import java.util.List;

/**
 * An op that is explained by simpler ones. The definition is its meaning, the oracle for its kernels, and what runs on a
 * backend that has no kernel for it.
 */
public non-sealed interface Fused extends Op {
    /** The op in simpler ops, written with {@code F}. */
    List<Tensor> define(List<Tensor> inputs);

    /**
     * False if the gradient is that of the definition: a tape then records the definition in place of the op. Ops with a
     * {@link #vjp} of their own say true.
     */
    default boolean hasOwnGradient() {
        return false;
    }

    @Override
    default void vjp(Vjp vjp) {
        throw new IllegalStateException(name() + " has no gradient of its own; its definition has");
    }
}
