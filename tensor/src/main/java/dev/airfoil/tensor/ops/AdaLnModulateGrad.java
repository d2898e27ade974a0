package dev.airfoil.tensor.ops;

import dev.airfoil.tensor.Dims;
import dev.airfoil.tensor.Fused;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.TensorSpec;
import java.util.List;

/**
 * Gradients of {@link AdaLnModulate} for x, shift and scale, from {@code x [b n d]}, {@code scale [b s d]} and {@code gy
 * [b n d]}. Mean and deviation of a row are computed again rather than kept: the row is read anyway.
 *
 * <p>With {@code y = hat (1 + scale) + shift}: gshift sums gy over the rows of a stream, gscale sums {@code gy hat}, and
 * {@code gy (1 + scale)} goes back through the norm.
 */
public record AdaLnModulateGrad(int split, float eps) implements Fused {
    @Override
    public List<TensorSpec> infer(List<TensorSpec> inputs) {
        Dims dims = Dims.of(name())
                .bind("x", inputs.get(0), "b n d")
                .bindParameter("scale", inputs.get(1), "b s d")
                .bind("gy", inputs.get(2), "b n d");
        Rows.checkStreams(dims, split);
        return List.of(inputs.get(0), inputs.get(1), inputs.get(1));
    }

    @Override
    public List<Tensor> define(List<Tensor> inputs) {
        Tensor x = inputs.get(0);
        Tensor scale = inputs.get(1);
        Tensor gy = inputs.get(2);
        Rows.Normal norm = Rows.Normal.layer(x, eps);
        Tensor gx = norm.layerGrad(gy.mul(Rows.spread(scale, split, x.dim(1)).add(1)));
        return List.of(gx, Rows.gather(gy, split, scale.dim(1)), Rows.gather(gy.mul(norm.hat()), split, scale.dim(1)));
    }
}
