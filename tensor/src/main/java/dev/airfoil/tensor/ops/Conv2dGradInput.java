package dev.airfoil.tensor.ops;

import dev.airfoil.tensor.Dims;
import dev.airfoil.tensor.Interpreter;
import dev.airfoil.tensor.Primitive;
import dev.airfoil.tensor.Shape;
import dev.airfoil.tensor.TensorSpec;
import dev.airfoil.tensor.Vjp;
import java.util.List;

/**
 * Gradient of {@link Conv2d} for its image {@code [b c h w]}, from {@code weight [o c i j]} and {@code gy [b o p q]}:
 * every output pixel gives back {@code gy * weight} to the pixels that it was computed from.
 */
public record Conv2dGradInput(Conv2d conv, int h, int w) implements Primitive {
    public Conv2dGradInput {
        Dims.given("conv2dGradInput", "conv", conv);
    }

    @Override
    public List<TensorSpec> infer(List<TensorSpec> inputs) {
        Dims d = Dims.of(name()).bind("weight", inputs.get(0), "o c i j").bind("gy", inputs.get(1), "b o p q");
        conv.check(d, h, w, d.get("i"), d.get("j"));
        d.require(
                conv.outRows(h, d.get("i")) == d.get("p") && conv.outCols(w, d.get("j")) == d.get("q"),
                "gy does not belong to an image of " + h + " x " + w);
        return List.of(new TensorSpec(d.storage(), Shape.of(d.get("b"), d.get("c"), h, w)));
    }

    @Override
    public void vjp(Vjp vjp) {
        vjp.give(
                0,
                () -> Interpreter.bind1(
                        new Conv2dGradWeight(conv, vjp.in(0).dim(2), vjp.in(0).dim(3)), vjp.grad(), vjp.in(1)));
        vjp.give(1, () -> Interpreter.bind1(conv, vjp.grad(), vjp.in(0)));
    }
}
