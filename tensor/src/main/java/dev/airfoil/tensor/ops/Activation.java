package dev.airfoil.tensor.ops;

import dev.airfoil.tensor.Dims;
import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Fused;
import dev.airfoil.tensor.Interpreter;
import dev.airfoil.tensor.Shape;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.TensorSpec;
import dev.airfoil.tensor.Vjp;
import java.util.List;

/** A neuron's nonlinearity, element by element; also the epilogue of {@link Linear} and {@link GroupNorm}. */
public record Activation(Fn fn) implements Fused {
    /** sqrt(2 / pi), of the tanh form of GELU. */
    static final double SQRT_2_OVER_PI = 0.7978845608028654;

    public enum Fn {
        /** x: no activation, for epilogues. */
        NONE,
        /** x sigmoid(x). */
        SILU,
        /** x (1 + erf(x / sqrt 2)) / 2. */
        GELU,
        /** x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))) / 2, equal to x sigmoid of twice that argument. */
        GELU_TANH,
        /** x sigmoid(1.702 x), of the first CLIP. */
        QUICK_GELU,
        /** max(x, 0). */
        RELU
    }

    public Activation {
        Dims.given("activation", "fn", fn);
    }

    @Override
    public List<TensorSpec> infer(List<TensorSpec> inputs) {
        Dims.of(name()).bind("x", inputs.getFirst(), "..");
        return inputs;
    }

    @Override
    public List<Tensor> define(List<Tensor> inputs) {
        Tensor x = inputs.getFirst();
        return List.of(
                switch (fn) {
                    case NONE -> x.mul(1);
                    case SILU -> x.mul(F.sigmoid(x));
                    case GELU -> x.mul(F.erf(x.mul(Math.sqrt(0.5))).add(1)).mul(0.5);
                    case GELU_TANH -> x.mul(F.sigmoid(geluArgument(x).mul(2)));
                    case QUICK_GELU -> x.mul(F.sigmoid(x.mul(1.702)));
                    case RELU -> F.maximum(x, F.fill(Shape.SCALAR, 0));
                });
    }

    /** sqrt(2/pi) (x + 0.044715 x^3). */
    static Tensor geluArgument(Tensor x) {
        return x.mul(F.affine(x.square(), 0.044715 * SQRT_2_OVER_PI, SQRT_2_OVER_PI));
    }

    @Override
    public boolean hasOwnGradient() {
        return true;
    }

    @Override
    public void vjp(Vjp vjp) {
        vjp.give(0, () -> Interpreter.bind1(new ActivationGrad(fn), vjp.in(0), vjp.grad()));
    }
}
