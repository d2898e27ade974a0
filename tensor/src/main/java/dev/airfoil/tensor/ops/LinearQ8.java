package dev.airfoil.tensor.ops;

import dev.airfoil.tensor.DType;
import dev.airfoil.tensor.Dims;
import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Fused;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.TensorSpec;
import java.util.List;
import java.util.Optional;

/**
 * {@link Linear} with a weight in a quarter of the memory: {@code activation(x (weight scale)^T + bias)} for {@code x
 * [.. k]}, I8 {@code weight [o k]}, F32 {@code scale [o]} and optionally {@code bias [o]}.
 */
public record LinearQ8(Activation.Fn activation) implements Fused {
    /** The largest number of either sign. */
    private static final int MOST = 127;

    /**
     * A weight {@code [o k]} as it is stored: row {@code o} of it is {@code values[o] scale[o]}.
     *
     * @param values I8 {@code [o k]}
     * @param scale F32 {@code [o]}
     */
    public record Weight(Tensor values, Tensor scale) {
        /** The nearest to {@code weight [o k]}: off by at most half a 127th of the row's largest magnitude. */
        public static Weight of(Tensor weight) {
            Tensor largest = F.max(F.abs(weight), 1);
            // A row of zeros has some scale too.
            Tensor scale = F.affine(largest, 1.0 / MOST, Float.MIN_NORMAL);
            // Casts truncate: what is positive is rounded by adding a half.
            Tensor positive = F.affine(weight.div(scale), 1, MOST + 0.5);
            Tensor rounded = F.affine(F.cast(F.cast(positive, DType.I32), DType.F32), 1, -MOST);
            return new Weight(F.cast(rounded, DType.I8), scale.reshape(-1));
        }
    }

    public LinearQ8 {
        Dims.given("linearQ8", "activation", activation);
    }

    @Override
    public List<TensorSpec> infer(List<TensorSpec> inputs) {
        Dims d = Dims.of(name())
                .bind("x", inputs.get(0), ".. k")
                .bind("weight", inputs.get(1), DType.I8, "o k")
                .bind("scale", inputs.get(2), DType.F32, "o");
        if (inputs.size() > 3) {
            d.bindParameter("bias", inputs.get(3), "o");
        }
        return List.of(inputs.getFirst().withShape(d.leading(d.get("o"))));
    }

    @Override
    public List<Tensor> define(List<Tensor> inputs) {
        Tensor x = inputs.getFirst();
        Tensor weight = F.cast(inputs.get(1), DType.F32).mul(inputs.get(2).reshape(-1, 1));
        Optional<Tensor> bias = inputs.size() > 3 ? Optional.of(inputs.get(3)) : Optional.empty();
        return List.of(F.linear(x, F.cast(weight, x.dtype()), bias, activation));
    }
}
