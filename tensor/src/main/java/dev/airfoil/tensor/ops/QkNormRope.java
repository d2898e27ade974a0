package dev.airfoil.tensor.ops;

import dev.airfoil.tensor.DType;
import dev.airfoil.tensor.Dims;
import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Fused;
import dev.airfoil.tensor.Interpreter;
import dev.airfoil.tensor.Shape;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.TensorSpec;
import dev.airfoil.tensor.Vjp;
import java.util.List;

/**
 * From the projection {@code qkv [b n 3 h e]} to the heads {@code q, k, v [b h n e]}: q and k are RMS-normalised along e
 * with weights {@code qw, kw [e]}, then turned: the pair (2i, 2i+1) of row n by the angle whose {@code cos, sin [n p]}
 * (p = e/2, F32) are given; v is only moved. (QK-norm and 2-D RoPE: DiT-Air, appendix A.1.)
 */
public record QkNormRope(float eps) implements Fused {
    /** The eps of the paper's QK-norm. */
    public static final float EPS = 1e-6f;

    @Override
    public List<TensorSpec> infer(List<TensorSpec> inputs) {
        TensorSpec heads = check(Dims.of(name()), inputs);
        return List.of(heads, heads, heads);
    }

    /** Checks the inputs that this op and its gradient share; gives the spec of q. */
    static TensorSpec check(Dims d, List<TensorSpec> inputs) {
        d.bind("qkv", inputs.get(0), "b n 3 h e")
                .bindParameter("qw", inputs.get(1), "e")
                .bindParameter("kw", inputs.get(2), "e")
                .bind("cos", inputs.get(3), DType.F32, "n p")
                .bind("sin", inputs.get(4), DType.F32, "n p")
                .require(d.get("e") == 2 * d.get("p"), "cos and sin have p=" + d.get("p") + " where e/2 is wanted");
        return new TensorSpec(d.storage(), Shape.of(d.get("b"), d.get("h"), d.get("n"), d.get("e")));
    }

    @Override
    public List<Tensor> define(List<Tensor> inputs) {
        Tensor cos = inputs.get(3);
        Tensor sin = inputs.get(4);
        return List.of(
                turn(F.rmsNorm(heads(inputs.get(0), 0), inputs.get(1), eps), cos, sin),
                turn(F.rmsNorm(heads(inputs.get(0), 1), inputs.get(2), eps), cos, sin),
                F.contiguous(heads(inputs.get(0), 2)));
    }

    /** Part {@code i} (q, k, v) of {@code qkv [b n 3 h e]} as {@code [b h n e]}. */
    static Tensor heads(Tensor qkv, int i) {
        return qkv.select(2, i).permute(0, 2, 1, 3);
    }

    /** Turns the pairs of {@code x [b h n e]} by the angles {@code [n p]}. */
    static Tensor turn(Tensor x, Tensor cos, Tensor sin) {
        Tensor pairs = x.reshape(x.dim(0), x.dim(1), x.dim(2), x.dim(3) / 2, 2);
        Tensor c = cos.reshape(cos.dim(0), cos.dim(1), 1);
        Tensor s = sin.reshape(sin.dim(0), sin.dim(1), 1);
        Tensor re = pairs.narrow(4, 0, 1);
        Tensor im = pairs.narrow(4, 1, 1);
        return F.concat(4, re.mul(c).sub(im.mul(s)), im.mul(c).add(re.mul(s)))
                .reshape(x.shape().toArray());
    }

    @Override
    public boolean hasOwnGradient() {
        return true;
    }

    @Override
    public void vjp(Vjp vjp) {
        vjp.give(Interpreter.bind(
                new QkNormRopeGrad(eps),
                List.of(vjp.in(0), vjp.in(1), vjp.in(2), vjp.in(3), vjp.in(4), vjp.grad(0), vjp.grad(1), vjp.grad(2))));
    }
}
