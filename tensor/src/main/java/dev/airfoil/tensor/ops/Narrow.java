package dev.airfoil.tensor.ops;

import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Layout;
import dev.airfoil.tensor.Shape;
import dev.airfoil.tensor.TensorException;
import dev.airfoil.tensor.View;
import dev.airfoil.tensor.Vjp;

/** The part {@code start .. start + length} along {@code axis}. */
public record Narrow(int axis, int start, int length) implements View {
    @Override
    public Layout view(Layout input) {
        Shape shape = input.shape();
        boolean exists = axis >= 0 && axis < shape.rank();
        if (!exists || start < 0 || length < 0 || length > shape.dim(axis) - start) {
            throw new TensorException(
                    "narrow: " + length + " from " + start + " on are outside axis " + axis + " of " + shape);
        }
        return input.narrow(axis, start, length);
    }

    @Override
    public void vjp(Vjp vjp) {
        vjp.give(0, () -> F.pad(vjp.grad(), axis, start, vjp.in(0).dim(axis) - start - length));
    }
}
