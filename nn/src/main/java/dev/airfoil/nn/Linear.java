package dev.airfoil.nn;

import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.Activation;
import java.util.Optional;

/** {@code x weight^T + bias}: {@code [.. in]} to {@code [.. out]}, with {@code weight [out in]}. */
public record Linear(Parameter weight, Optional<Parameter> bias) {
    /** With a bias; the weight Xavier-uniform, the bias zero. */
    public static Linear of(Params params, int in, int out) {
        return of(params, in, out, Init.XAVIER);
    }

    /** With a bias that starts at zero. */
    public static Linear of(Params params, int in, int out, Init init) {
        return new Linear(params.get("weight", init, out, in), Optional.of(params.get("bias", Init.ZEROS, out)));
    }

    public Tensor forward(Tensor x) {
        return forward(x, Activation.Fn.NONE);
    }

    /** With an activation as epilogue. The product is one of x's storage type, whatever that of the weight. */
    public Tensor forward(Tensor x, Activation.Fn activation) {
        return F.linear(x, F.cast(weight.value(), x.dtype()), bias.map(Parameter::value), activation);
    }
}
