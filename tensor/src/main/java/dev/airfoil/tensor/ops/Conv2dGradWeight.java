package dev.airfoil.tensor.ops;

import dev.airfoil.tensor.Dims;
import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Interpreter;
import dev.airfoil.tensor.Primitive;
import dev.airfoil.tensor.TensorSpec;
import dev.airfoil.tensor.Vjp;
import java.util.List;

/** F32 gradient of {@link Conv2d} for its weight {@code [o c i j]}, from {@code x [b c h w]} and {@code gy [b o p q]}. */
public record Conv2dGradWeight(Conv2d conv, int i, int j) implements Primitive {
    public Conv2dGradWeight {
        Dims.given("conv2dGradWeight", "conv", conv);
    }

    @Override
    public List<TensorSpec> infer(List<TensorSpec> inputs) {
        Dims d = Dims.of(name()).bind("x", inputs.get(0), "b c h w").bind("gy", inputs.get(1), "b o p q");
        conv.check(d, d.get("h"), d.get("w"), i, j);
        d.require(
                conv.outRows(d.get("h"), i) == d.get("p") && conv.outCols(d.get("w"), j) == d.get("q"),
                "gy does not belong to this image and a kernel of " + i + " x " + j);
        return List.of(TensorSpec.f32(d.get("o"), d.get("c"), i, j));
    }

    @Override
    public void vjp(Vjp vjp) {
        vjp.give(
                0,
                () -> Interpreter.bind1(
                        new Conv2dGradInput(conv, vjp.in(0).dim(2), vjp.in(0).dim(3)),
                        F.cast(vjp.grad(), vjp.in(0).dtype()),
                        vjp.in(1)));
        vjp.give(
                1,
                () -> Interpreter.bind1(
                        conv, vjp.in(0), F.cast(vjp.grad(), vjp.in(0).dtype())));
    }
}
