package dev.airfoil.tensor.ops;

import dev.airfoil.tensor.Dims;
import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Primitive;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.TensorSpec;
import dev.airfoil.tensor.Vjp;
import java.util.List;

/** A function of each element. */
public record Unary(Fn fn) implements Primitive {
    /** The elementary functions; activations are built from them, see {@link Activation}. */
    public enum Fn {
        EXP,
        LOG,
        SQRT,
        /** 1 / sqrt(x). */
        RSQRT,
        RECIPROCAL,
        SQUARE,
        ABS,
        TANH,
        /** 1 / (1 + e^-x). */
        SIGMOID,
        /** The error function 2/sqrt(pi) times the integral of e^-t^2 from 0 to x. */
        ERF
    }

    public Unary {
        Dims.given("unary", "fn", fn);
    }

    @Override
    public List<TensorSpec> infer(List<TensorSpec> inputs) {
        Dims.of(name()).bind("x", inputs.getFirst(), "..");
        return inputs;
    }

    @Override
    public void vjp(Vjp vjp) {
        Tensor x = vjp.in(0);
        Tensor y = vjp.out(0);
        vjp.give(0, () -> {
            Tensor slope = switch (fn) {
                case EXP -> y;
                case LOG -> F.unary(Fn.RECIPROCAL, x);
                case SQRT -> F.unary(Fn.RECIPROCAL, y).mul(0.5);
                case RSQRT -> y.mul(y).mul(y).mul(-0.5);
                case RECIPROCAL -> y.mul(y).mul(-1);
                case SQUARE -> x.mul(2);
                case ABS -> F.compare(Compare.Fn.GREATER, x, y.mul(-1)).sub(F.compare(Compare.Fn.GREATER, y, x));
                case TANH -> F.affine(y.square(), -1, 1);
                case SIGMOID -> y.mul(F.affine(y, -1, 1));
                case ERF -> F.exp(x.square().mul(-1)).mul(2 / Math.sqrt(Math.PI));
            };
            return vjp.grad().mul(slope);
        });
    }
}
