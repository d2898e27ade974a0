package dev.airfoil.tensor;

import java.util.List;
import java.util.function.Supplier;

/** What an op's {@link Op#vjp} sees of one application, and where it puts the gradients of the inputs. */
public interface Vjp {
    /** Input {@code i}. */
    Tensor in(int i);

    /** Output {@code i}. */
    Tensor out(int i);

    /** Number of inputs. */
    int inputs();

    /** Gradient of output {@code i}; zeros if nothing depends on it. */
    Tensor grad(int i);

    /** Gradient of the only (or first) output. */
    default Tensor grad() {
        return grad(0);
    }

    /** Adds {@code gradient} to the gradient of input {@code i}; not computed if nobody wants it. */
    void give(int i, Supplier<Tensor> gradient);

    /** Gives the gradients of the first inputs, in their order. */
    default void give(List<Tensor> gradients) {
        for (int i = 0; i < gradients.size(); i++) {
            Tensor gradient = gradients.get(i);
            give(i, () -> gradient);
        }
    }
}
