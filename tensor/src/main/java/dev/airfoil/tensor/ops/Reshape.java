package dev.airfoil.tensor.ops;

import dev.airfoil.tensor.Dims;
import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Layout;
import dev.airfoil.tensor.Shape;
import dev.airfoil.tensor.TensorException;
import dev.airfoil.tensor.View;
import dev.airfoil.tensor.Vjp;

/** The same elements in row-major order under another shape. {@code F.reshape} copies first where a view cannot do. */
public record Reshape(Shape shape) implements View {
    public Reshape {
        Dims.given("reshape", "shape", shape);
    }

    /** {@code dims} with a {@code -1} replaced by what is left over of {@code from}. */
    public static Shape complete(Shape from, int... dims) {
        int[] d = dims.clone();
        long known = 1;
        int open = -1;
        for (int i = 0; i < d.length; i++) {
            if (d[i] == -1 && open < 0) {
                open = i;
            } else {
                known *= d[i];
            }
        }
        if (open >= 0) {
            long rest = known == 0 ? 0 : from.size() / known;
            Dims.of("reshape").requireSize(rest);
            d[open] = (int) rest;
        }
        Shape to = Shape.of(d);
        if (to.size() != from.size()) {
            throw new TensorException(
                    "reshape: " + from + " has " + from.size() + " elements, " + to + " has " + to.size());
        }
        return to;
    }

    @Override
    public Layout view(Layout input) {
        return input.reshape(shape)
                .orElseThrow(() -> new TensorException(
                        "reshape: " + input + " is no view of shape " + shape + "; make it contiguous first"));
    }

    @Override
    public void vjp(Vjp vjp) {
        vjp.give(0, () -> F.reshape(vjp.grad(), vjp.in(0).shape().toArray()));
    }
}
