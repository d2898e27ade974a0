package dev.airfoil.nn;

import dev.airfoil.tensor.Scope;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.TensorException;

/** A named weight: a place that holds the current value. Tensors do not change, so learning replaces the value. */
public final class Parameter {
    private final String name;
    private final Scope owner;
    private Tensor value;

    /** @param owner the scope that value and its successors belong to */
    Parameter(String name, Scope owner, Tensor value) {
        this.name = name;
        this.owner = owner;
        this.value = value;
        owner.adopt(value);
    }

    /** Name in checkpoints, as {@code blocks.0.attn.qkv.weight}. */
    public String name() {
        return name;
    }

    public Tensor value() {
        return value;
    }

    /** Replaces the value by one of the same spec: the new one moves to this parameter's scope, the old one is freed. */
    public void set(Tensor next) {
        if (!next.spec().equals(value.spec())) {
            throw new TensorException("parameter " + name + " is " + value.spec() + ", given " + next.spec());
        }
        if (next.storage() == value.storage()) {
            return;
        }
        owner.adopt(next);
        Scope.release(value);
        value = next;
    }

    @Override
    public String toString() {
        return name + " " + value.spec();
    }
}
