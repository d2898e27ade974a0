package dev.airfoil.tensor.ops;

import dev.airfoil.tensor.DType;
import dev.airfoil.tensor.Dims;
import dev.airfoil.tensor.Primitive;
import dev.airfoil.tensor.Shape;
import dev.airfoil.tensor.TensorSpec;
import dev.airfoil.tensor.Vjp;
import java.util.List;

/**
 * Random F32 numbers. Element i is number i of the Philox stream {@code (seed, stream)}, so that the numbers are the
 * same on every backend and for any number of threads.
 */
public record Random(Distribution distribution, long seed, long stream, Shape shape) implements Primitive {
    /** What the numbers follow. */
    public enum Distribution {
        /** Uniform in [0, 1). */
        UNIFORM,
        /** Mean 0, standard deviation 1. */
        NORMAL
    }

    public Random {
        Dims.given("random", "distribution", distribution);
        Dims.given("random", "shape", shape);
    }

    @Override
    public List<TensorSpec> infer(List<TensorSpec> inputs) {
        return List.of(new TensorSpec(DType.F32, shape));
    }

    @Override
    public void vjp(Vjp vjp) {
        // no inputs
    }
}
