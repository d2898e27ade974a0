package dev.airfoil.tensor.ops;

import dev.airfoil.tensor.Dims;
import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Layout;
import dev.airfoil.tensor.Shape;
import dev.airfoil.tensor.TensorException;
import dev.airfoil.tensor.View;
import dev.airfoil.tensor.Vjp;
import java.util.stream.IntStream;

/** Repeats axes of size 1, and new leading axes, up to {@code shape}. Its gradient sums over what was repeated. */
public record Expand(Shape shape) implements View {
    public Expand {
        Dims.given("expand", "shape", shape);
    }

    @Override
    public Layout view(Layout input) {
        Shape from = input.shape();
        int lead = shape.rank() - from.rank();
        boolean fits = lead >= 0
                && IntStream.range(0, from.rank())
                        .allMatch(i -> from.dim(i) == 1 || from.dim(i) == shape.dim(lead + i));
        if (!fits) {
            throw new TensorException("expand: " + from + " does not expand to " + shape);
        }
        return input.expand(shape);
    }

    @Override
    public void vjp(Vjp vjp) {
        Shape from = vjp.in(0).shape();
        int lead = shape.rank() - from.rank();
        int[] repeated = IntStream.range(0, shape.rank())
                .filter(i -> i < lead || from.dim(i - lead) != shape.dim(i))
                .toArray();
        vjp.give(0, () -> repeated.length == 0 ? vjp.grad() : F.reshape(F.sum(vjp.grad(), repeated), from.toArray()));
    }
}
