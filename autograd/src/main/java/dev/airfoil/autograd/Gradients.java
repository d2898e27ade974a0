package dev.airfoil.autograd;

import dev.airfoil.tensor.Scope;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.TensorException;
import java.util.ArrayList;
import java.util.List;

/**
 * The value of a function and its gradient for each of the tensors asked for, in their order.
 *
 * @param value what the function returned
 * @param wrt the tensors asked for
 * @param all their gradients: zeros where the value does not depend on one
 */
public record Gradients(Tensor value, List<Tensor> wrt, List<Tensor> all) implements Scope.Holder {
    public Gradients {
        wrt = List.copyOf(wrt);
        all = List.copyOf(all);
    }

    /** The gradient for {@code tensor}, one of {@link #wrt}. */
    public Tensor of(Tensor tensor) {
        for (int i = 0; i < wrt.size(); i++) {
            if (wrt.get(i) == tensor) {
                return all.get(i);
            }
        }
        throw new TensorException("no gradient was asked for the tensor " + tensor.spec());
    }

    @Override
    public List<Tensor> tensors() {
        List<Tensor> held = new ArrayList<>(all);
        held.add(value);
        return held;
    }
}
