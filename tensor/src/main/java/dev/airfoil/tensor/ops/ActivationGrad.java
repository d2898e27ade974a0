package dev.airfoil.tensor.ops;

import dev.airfoil.tensor.Dims;
import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Fused;
import dev.airfoil.tensor.Shape;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.TensorSpec;
import java.util.List;

/** Gradient of {@link Activation}: {@code gx = gy f'(x)}, from {@code x [..]} and {@code gy [..]}. */
public record ActivationGrad(Activation.Fn fn) implements Fused {
    public ActivationGrad {
        Dims.given("activationGrad", "fn", fn);
    }

    @Override
    public List<TensorSpec> infer(List<TensorSpec> inputs) {
        Dims.of(name()).bind("x", inputs.get(0), "..").bind("gy", inputs.get(1), "..");
        return List.of(inputs.getFirst());
    }

    @Override
    public List<Tensor> define(List<Tensor> inputs) {
        Tensor x = inputs.get(0);
        Tensor slope = switch (fn) {
            case NONE -> F.fill(x.shape(), 1);
            // (x s(kx))' = s + k x s (1 - s) with the sigmoid s
            case SILU -> swishSlope(F.sigmoid(x), x);
            case QUICK_GELU -> swishSlope(F.sigmoid(x.mul(1.702)), x.mul(1.702));
            // the same with the argument u(x) in place of k x: s + x u' s (1 - s)
            case GELU_TANH -> {
                Tensor s = F.sigmoid(Activation.geluArgument(x).mul(2));
                double c = 2 * Activation.SQRT_2_OVER_PI;
                yield swishSlope(s, x.mul(F.affine(x.square(), 3 * 0.044715 * c, c)));
            }
            // Phi(x) + x phi(x), the normal distribution and its density
            case GELU -> {
                Tensor phi = F.exp(x.square().mul(-0.5)).mul(1 / Math.sqrt(2 * Math.PI));
                yield F.affine(F.erf(x.mul(Math.sqrt(0.5))), 0.5, 0.5).add(x.mul(phi));
            }
            case RELU -> F.compare(Compare.Fn.GREATER, x, F.fill(Shape.SCALAR, 0));
        };
        return List.of(inputs.get(1).mul(slope));
    }

    private static Tensor swishSlope(Tensor s, Tensor xTimesArgumentSlope) {
        return s.add(xTimesArgumentSlope.mul(s).mul(F.affine(s, -1, 1)));
    }
}
