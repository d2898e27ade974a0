package dev.airfoil.nn;

import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Tensor;

/** Layer norm along the last axis, with weight and bias {@code [d]}. */
public record LayerNorm(Parameter weight, Parameter bias, double eps) {
    public static LayerNorm of(Params params, int d, double eps) {
        return new LayerNorm(params.get("weight", Init.ONES, d), params.get("bias", Init.ZEROS, d), eps);
    }

    public Tensor forward(Tensor x) {
        return F.layerNorm(x, weight.value(), bias.value(), eps);
    }
}
