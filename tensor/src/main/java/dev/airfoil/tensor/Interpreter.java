package dev.airfoil.tensor;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * Gives meaning to the application of an op: {@link Eager} runs it, a tape runs and records it. All functions of {@code
 * F} go through {@link #bind}; which interpreter they meet is a {@link ScopedValue}.
 */
public interface Interpreter {
    /** Applies {@code op}. */
    List<Tensor> apply(Op op, List<Tensor> inputs);

    /** Where new tensors are made. */
    Backend backend();

    /**
     * Runs a part of a computation of which only the results are kept; a tape keeps what it needs for gradients, or only
     * {@code inputs}, and computes the rest anew. What the body reads besides {@code inputs} must be parameters or
     * constants.
     */
    default List<Tensor> block(List<Tensor> inputs, UnaryOperator<List<Tensor>> body) {
        return Scope.call("block", () -> body.apply(inputs));
    }

    /** Runs {@code body} with this as the current interpreter. */
    default <T> T call(Supplier<T> body) {
        return ScopedValue.where(Current.VALUE, this).call(Objects.requireNonNull(body, "body")::get);
    }

    /** Runs {@code body} with this as the current interpreter. */
    default void run(Runnable body) {
        ScopedValue.where(Current.VALUE, this).run(Objects.requireNonNull(body, "body"));
    }

    /** The innermost interpreter; without one, eager execution on the fastest backend present. */
    static Interpreter current() {
        return Current.VALUE.isBound() ? Current.VALUE.get() : Current.Fallback.EAGER;
    }

    /** The one point through which every op goes. */
    static List<Tensor> bind(Op op, List<Tensor> inputs) {
        Objects.requireNonNull(op, "op");
        for (Tensor t : inputs) {
            if (t == null) {
                throw new TensorException(op.name() + ": input " + inputs.indexOf(null) + " is null");
            }
        }
        return current().apply(op, inputs);
    }

    /** {@link #bind} for an op with one output. */
    static Tensor bind1(Op op, Tensor... inputs) {
        return bind(op, Arrays.asList(inputs)).getFirst();
    }
}
