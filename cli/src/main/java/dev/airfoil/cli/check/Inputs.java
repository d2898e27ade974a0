package dev.airfoil.cli.check;

import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.TensorException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The inputs of a case by their names, without {@code in.}. */
record Inputs(Map<String, Tensor> tensors) {
    /** @throws TensorException if the case has no such input */
    Tensor get(String name) {
        return optional(name)
                .orElseThrow(() -> new TensorException(
                        "the case has no input 'in." + name + "'; it has " + String.join(", ", tensors.keySet())));
    }

    Optional<Tensor> optional(String name) {
        return Optional.ofNullable(tensors.get(name));
    }

    /** By the names that their gradients have, without {@code grad.}. */
    Map<String, Tensor> byGradient() {
        Map<String, Tensor> all = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> all.put("in." + name, tensor));
        return all;
    }
}
