package dev.airfoil.tensor.ops;

import dev.airfoil.tensor.DType;
import dev.airfoil.tensor.Dims;
import dev.airfoil.tensor.Primitive;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.TensorSpec;
import dev.airfoil.tensor.Vjp;
import java.util.List;

/**
 * Features of the noise level: {@code sigma [b]} to {@code [b dim]}, cosines then sines of the angles
 * {@code 1000 sigma 10000^(-i / (dim/2))}. Computed in double and then rounded: an angle of 1000 in F32 would be wrong by
 * 6e-5.
 */
public record TimeFeatures(int dim) implements Primitive {
    public TimeFeatures {
        Dims.of("timeFeatures").require(dim > 0 && dim % 2 == 0, "dim " + dim + " must be even and positive");
    }

    @Override
    public List<TensorSpec> infer(List<TensorSpec> inputs) {
        return List.of(TensorSpec.f32(
                Dims.of(name()).bind("sigma", inputs.getFirst(), DType.F32, "b").get("b"), dim));
    }

    /** The angle of feature {@code i} (and {@code i + dim/2}) at noise level {@code sigma}, in radians. */
    public double angle(double sigma, int i) {
        return 1000 * sigma * Math.exp(-Math.log(10000) * i / (dim / 2));
    }

    @Override
    public void vjp(Vjp vjp) {
        vjp.give(0, () -> {
            int half = dim / 2;
            Tensor cosines = vjp.out(0).narrow(1, 0, half);
            Tensor sines = vjp.out(0).narrow(1, half, half);
            Tensor angles = vjp.grad()
                    .narrow(1, half, half)
                    .mul(cosines)
                    .sub(vjp.grad().narrow(1, 0, half).mul(sines));
            float[] slopes = new float[half];
            for (int i = 0; i < half; i++) {
                slopes[i] = (float) angle(1, i);
            }
            return angles.mul(Tensor.of(slopes, 1, half)).sum(1).reshape(-1);
        });
    }
}
