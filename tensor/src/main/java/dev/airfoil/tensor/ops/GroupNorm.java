package dev.airfoil.tensor.ops;

import dev.airfoil.tensor.Dims;
import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Fused;
import dev.airfoil.tensor.Interpreter;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.TensorSpec;
import dev.airfoil.tensor.Vjp;
import java.util.List;

/**
 * {@code activation((x - mean) / sqrt(variance + eps) weight + bias)} for {@code x [b c h w]}, with mean and variance
 * over each group of {@code c / groups} channels of one image and {@code weight, bias [c]} per channel.
 */
public record GroupNorm(int groups, float eps, Activation.Fn activation) implements Fused {
    public GroupNorm {
        Dims.given("groupNorm", "activation", activation);
    }

    @Override
    public List<TensorSpec> infer(List<TensorSpec> inputs) {
        Dims d = Dims.of(name())
                .bind("x", inputs.get(0), "b c h w")
                .bindParameter("weight", inputs.get(1), "c")
                .bindParameter("bias", inputs.get(2), "c");
        d.require(groups > 0 && d.get("c") % groups == 0, groups + " groups do not divide c=" + d.get("c"));
        return List.of(inputs.getFirst());
    }

    @Override
    public List<Tensor> define(List<Tensor> inputs) {
        Tensor x = inputs.get(0);
        if (activation != Activation.Fn.NONE) {
            return List.of(F.activation(
                    activation, F.groupNorm(x, inputs.get(1), inputs.get(2), groups, eps, Activation.Fn.NONE)));
        }
        Tensor hat = Rows.Normal.layer(grouped(x, groups), eps)
                .hat()
                .reshape(x.shape().toArray());
        return List.of(hat.mul(perChannel(inputs.get(1))).add(perChannel(inputs.get(2))));
    }

    /** {@code [b c h w]} to {@code [b g (c/g h w)]}. */
    static Tensor grouped(Tensor x, int groups) {
        return x.reshape(x.dim(0), groups, -1);
    }

    /** {@code [c]} to {@code [1 c 1 1]}. */
    static Tensor perChannel(Tensor w) {
        return w.reshape(1, w.dim(0), 1, 1);
    }

    @Override
    public boolean hasOwnGradient() {
        return activation == Activation.Fn.NONE;
    }

    @Override
    public void vjp(Vjp vjp) {
        vjp.give(Interpreter.bind(new GroupNormGrad(groups, eps), List.of(vjp.in(0), vjp.in(1), vjp.grad())));
    }
}
