package dev.airfoil.tensor.ops;

import dev.airfoil.tensor.Dims;
import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Primitive;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.TensorSpec;
import dev.airfoil.tensor.Vjp;
import java.util.List;

/** A function of two tensors of one shape, element by element; {@code F} expands them to that shape. */
public record Binary(Fn fn) implements Primitive {
    public enum Fn {
        ADD,
        SUB,
        MUL,
        DIV,
        /** The larger one; its gradient goes to {@code a} where both are equal. */
        MAX,
        /** The smaller one; its gradient goes to {@code a} where both are equal. */
        MIN
    }

    public Binary {
        Dims.given("binary", "fn", fn);
    }

    @Override
    public List<TensorSpec> infer(List<TensorSpec> inputs) {
        Dims.of(name()).bind("a", inputs.get(0), "..").bind("b", inputs.get(1), "..");
        return List.of(inputs.getFirst());
    }

    @Override
    public void vjp(Vjp vjp) {
        Tensor a = vjp.in(0);
        Tensor b = vjp.in(1);
        switch (fn) {
            case ADD -> {
                vjp.give(0, vjp::grad);
                vjp.give(1, vjp::grad);
            }
            case SUB -> {
                vjp.give(0, vjp::grad);
                vjp.give(1, () -> vjp.grad().mul(-1));
            }
            case MUL -> {
                vjp.give(0, () -> vjp.grad().mul(b));
                vjp.give(1, () -> vjp.grad().mul(a));
            }
            case DIV -> {
                vjp.give(0, () -> vjp.grad().div(b));
                vjp.give(1, () -> vjp.grad().mul(vjp.out(0)).div(b).mul(-1));
            }
            case MAX, MIN -> {
                vjp.give(0, () -> vjp.grad().mul(F.compare(Compare.Fn.EQUAL, vjp.out(0), a)));
                vjp.give(1, () -> vjp.grad().mul(F.affine(F.compare(Compare.Fn.EQUAL, vjp.out(0), a), -1, 1)));
            }
        }
    }
}
