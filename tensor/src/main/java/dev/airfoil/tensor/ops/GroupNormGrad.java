package dev.airfoil.tensor.ops;

import dev.airfoil.tensor.Dims;
import dev.airfoil.tensor.Fused;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.TensorSpec;
import java.util.List;

/**
 * Gradients of {@link GroupNorm} (without activation) for x, weight and bias, from {@code x [b c h w]}, {@code weight
 * [c]} and {@code gy [b c h w]}.
 */
public record GroupNormGrad(int groups, float eps) implements Fused {
    @Override
    public List<TensorSpec> infer(List<TensorSpec> inputs) {
        Dims d = Dims.of(name())
                .bind("x", inputs.get(0), "b c h w")
                .bindParameter("weight", inputs.get(1), "c")
                .bind("gy", inputs.get(2), "b c h w");
        d.require(groups > 0 && d.get("c") % groups == 0, groups + " groups do not divide c=" + d.get("c"));
        return List.of(inputs.get(0), inputs.get(1), inputs.get(1));
    }

    @Override
    public List<Tensor> define(List<Tensor> inputs) {
        Tensor x = inputs.get(0);
        Tensor weight = inputs.get(1);
        Tensor gy = inputs.get(2);
        int[] shape = x.shape().toArray();
        Rows.Normal norm = Rows.Normal.layer(GroupNorm.grouped(x, groups), eps);
        Tensor gx = norm.layerGrad(GroupNorm.grouped(gy.mul(GroupNorm.perChannel(weight)), groups));
        Tensor gweight = gy.mul(norm.hat().reshape(shape)).sum(0, 2, 3);
        return List.of(
                gx.reshape(shape), gweight.reshape(shape[1]), gy.sum(0, 2, 3).reshape(shape[1]));
    }
}
