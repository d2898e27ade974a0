package dev.airfoil.tensor;

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

    /** True if somebody wants the gradient of input {@code i}. */
    boolean wants(int i);

    /** Adds {@code gradient} to the gradient of input {@code i}; not computed if nobody wants it. */
    void give(int i, Supplier<Tensor> gradient);
}
