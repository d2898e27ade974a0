package dev.airfoil.nn;

import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Shape;
import dev.airfoil.tensor.Tensor;

/** How a fresh parameter starts. Random ones are functions of seed and stream alone. */
public sealed interface Init {
    /** All elements the same. */
    record Constant(double value) implements Init {}

    /** Normal with mean 0. */
    record Normal(double std) implements Init {}

    /** Uniform in +-sqrt(6 / (rows + columns)) for a weight {@code [rows columns]} (Glorot and Bengio, 2010). */
    record XavierUniform() implements Init {}

    Init ZEROS = new Constant(0);
    Init ONES = new Constant(1);
    Init XAVIER = new XavierUniform();

    /** A tensor of {@code shape} drawn from the Philox stream. */
    default Tensor draw(Shape shape, long seed, long stream) {
        return switch (this) {
            case Constant(double value) -> F.fill(shape, value);
            case Normal(double std) -> F.normal(seed, stream, shape.toArray()).mul(std);
            case XavierUniform() -> {
                double bound = Math.sqrt(6.0 / (shape.dim(0) + shape.dim(1)));
                yield F.affine(F.uniform(seed, stream, shape.toArray()), 2 * bound, -bound);
            }
        };
    }
}
