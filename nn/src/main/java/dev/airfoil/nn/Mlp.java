package dev.airfoil.nn;

import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.Activation;

/** Two linear layers with an activation between: {@code [.. in]} to {@code [.. out]}. */
public record Mlp(Linear fc1, Linear fc2, Activation.Fn activation) {
    public static Mlp of(Params params, int in, int hidden, int out, Activation.Fn activation, Init init) {
        return new Mlp(
                Linear.of(params.in("fc1"), in, hidden, init),
                Linear.of(params.in("fc2"), hidden, out, init),
                activation);
    }

    public Tensor forward(Tensor x) {
        return fc2.forward(fc1.forward(x, activation));
    }
}
