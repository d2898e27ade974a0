package dev.airfoil.tensor.ops;

import dev.airfoil.tensor.Dims;
import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Primitive;
import dev.airfoil.tensor.TensorException;
import dev.airfoil.tensor.TensorSpec;
import dev.airfoil.tensor.Vjp;
import java.util.List;

/** The inputs one after the other along {@code axis}; any element type. */
public record Concat(int axis) implements Primitive {
    @Override
    public List<TensorSpec> infer(List<TensorSpec> inputs) {
        TensorSpec first = inputs.getFirst();
        Dims dims = Dims.of(name()).bind("first", first, first.dtype(), "..").requireAxis(axis);
        long size = 0;
        for (TensorSpec part : inputs) {
            if (part.dtype() != first.dtype()
                    || part.shape().rank() != first.shape().rank()
                    || !part.shape().with(axis, 0).equals(first.shape().with(axis, 0))) {
                throw new TensorException("concat: " + part + " does not continue " + first + " along axis " + axis);
            }
            size += part.shape().dim(axis);
        }
        dims.requireSize(size);
        return List.of(first.withShape(first.shape().with(axis, (int) size)));
    }

    @Override
    public void vjp(Vjp vjp) {
        int start = 0;
        for (int i = 0; i < vjp.inputs(); i++) {
            int from = start;
            int length = vjp.in(i).dim(axis);
            vjp.give(i, () -> F.narrow(vjp.grad(), axis, from, length));
            start += length;
        }
    }
}
