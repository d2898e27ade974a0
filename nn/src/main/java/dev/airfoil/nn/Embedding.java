package dev.airfoil.nn;

import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Tensor;

/** A table {@code [rows d]} looked up by ids {@code [..]}: {@code [.. d]}. */
public record Embedding(Parameter weight) {
    public static Embedding of(Params params, int rows, int d) {
        return new Embedding(params.get("weight", new Init.Normal(0.02), rows, d));
    }

    public Tensor forward(Tensor ids) {
        return F.gather(weight.value(), ids);
    }
}
