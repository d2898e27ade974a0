package dev.airfoil.tensor;

import java.util.List;

/** An op that only looks at the same memory in another way: no kernel, no copy. */
public non-sealed interface View extends Op {
    /** The layout seen through this view. */
    Layout view(Layout input);

    @Override
    default List<TensorSpec> infer(List<TensorSpec> inputs) {
        TensorSpec x = inputs.getFirst();
        return List.of(x.withShape(view(Layout.contiguous(x.shape())).shape()));
    }
}
