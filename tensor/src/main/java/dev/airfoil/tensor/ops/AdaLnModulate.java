package dev.airfoil.tensor.ops;

import dev.airfoil.tensor.Dims;
import dev.airfoil.tensor.Fused;
import dev.airfoil.tensor.Interpreter;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.TensorSpec;
import dev.airfoil.tensor.Vjp;
import java.util.List;

/**
 * Adaptive layer norm: {@code y = LN(x) (1 + scale) + shift}, where LN has no parameters of its own.
 *
 * <p>{@code x [b n d]} is a unified sequence, text rows first. {@code shift} and {@code scale} {@code [b s d]} hold one
 * row per stream: rows of x before {@code split} take stream 0 (text), the others stream 1 (image), so that two streams
 * are modulated without cutting the sequence. With s = 1 all rows take the only one, and split is 0. (DiT-Air, section
 * 3: modulation is the one thing that text and image do not share.) Beside a half-width x they may be F32.
 */
public record AdaLnModulate(int split, float eps) implements Fused {
    /** The eps of the paper's LayerNorms. */
    public static final float EPS = 1e-6f;

    @Override
    public List<TensorSpec> infer(List<TensorSpec> inputs) {
        Dims dims = Dims.of(name())
                .bind("x", inputs.get(0), "b n d")
                .bindParameter("shift", inputs.get(1), "b s d")
                .bindParameter("scale", inputs.get(2), "b s d");
        Rows.checkStreams(dims, split);
        return List.of(inputs.getFirst());
    }

    @Override
    public List<Tensor> define(List<Tensor> inputs) {
        Tensor x = inputs.get(0);
        Tensor shift = Rows.spread(inputs.get(1), split, x.dim(1));
        Tensor scale = Rows.spread(inputs.get(2), split, x.dim(1));
        return List.of(Rows.Normal.layer(x, eps).hat().mul(scale.add(1)).add(shift));
    }

    @Override
    public boolean hasOwnGradient() {
        return true;
    }

    @Override
    public void vjp(Vjp vjp) {
        vjp.give(Interpreter.bind(new AdaLnModulateGrad(split, eps), List.of(vjp.in(0), vjp.in(2), vjp.grad())));
    }
}
