package dev.airfoil.tensor.ops;

import dev.airfoil.tensor.DType;

/** What becomes of a sum, which is always made in F32. */
public enum Rounding {
    /** It is rounded to the type of its terms. */
    STORAGE,
    /** It stays F32: gradients of weights, whose small changes a narrower type would lose. */
    NONE;

    /** The type of the sum of terms stored as {@code terms}. */
    DType of(DType terms) {
        return this == NONE ? DType.F32 : terms;
    }
}
