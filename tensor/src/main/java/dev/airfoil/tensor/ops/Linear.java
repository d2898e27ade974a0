package dev.airfoil.tensor.ops;

import dev.airfoil.tensor.Dims;
import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Fused;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.TensorSpec;
import dev.airfoil.tensor.Vjp;
import java.util.List;
import java.util.Optional;

/**
 * {@code activation(x weight^T + bias)} for {@code x [.. k]}, {@code weight [o k]} and optionally {@code bias [o]}: the
 * activation is an epilogue of the product. A tape records product and activation apart, because the gradient needs
 * what lies between them. The gradients of weight and bias are F32 for every storage type of x. Beside an F32 x the weight
 * may be BF16, which halves its memory: it means its F32 values.
 */
public record Linear(Activation.Fn activation) implements Fused {
    public Linear {
        Dims.given("linear", "activation", activation);
    }

    @Override
    public List<TensorSpec> infer(List<TensorSpec> inputs) {
        Dims d = Dims.of(name()).bind("x", inputs.get(0), ".. k").bindWeight("weight", inputs.get(1), "o k");
        if (inputs.size() > 2) {
            d.bindParameter("bias", inputs.get(2), "o");
        }
        return List.of(inputs.getFirst().withShape(d.leading(d.get("o"))));
    }

    @Override
    public List<Tensor> define(List<Tensor> inputs) {
        Tensor x = inputs.get(0);
        Tensor weight = inputs.get(1);
        Optional<Tensor> bias = inputs.size() > 2 ? Optional.of(inputs.get(2)) : Optional.empty();
        if (activation != Activation.Fn.NONE) {
            return List.of(F.activation(activation, F.linear(x, weight, bias, Activation.Fn.NONE)));
        }
        Tensor y = rows(x).matmul(F.cast(weight, x.dtype()).transpose());
        int[] shape = x.shape().with(-1, weight.dim(0)).toArray();
        return List.of(bias.map(y::add).orElse(y).reshape(shape));
    }

    /** {@code [.. d]} to {@code [n d]}. */
    private static Tensor rows(Tensor x) {
        return x.reshape(-1, x.dim(-1));
    }

    @Override
    public boolean hasOwnGradient() {
        return activation == Activation.Fn.NONE;
    }

    @Override
    public void vjp(Vjp vjp) {
        Tensor gy = rows(vjp.grad());
        vjp.give(
                0,
                () -> gy.matmul(F.cast(vjp.in(1), gy.dtype()))
                        .reshape(vjp.in(0).shape().toArray()));
        vjp.give(1, () -> F.matmul(gy.transpose(), rows(vjp.in(0)), Rounding.NONE));
        if (vjp.inputs() > 2) {
            vjp.give(2, () -> Rows.sumRows(gy));
        }
    }
}
