package dev.airfoil.cli.check;

import dev.airfoil.tensor.DType;
import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.TensorException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The inputs of a case by their names, without {@code in.}; remembers which were asked for. */
final class Inputs {
    private final Map<String, Tensor> tensors;
    private final Set<String> used = new HashSet<>();

    Inputs(Map<String, Tensor> tensors) {
        this.tensors = tensors;
    }

    /** @throws TensorException if the case has no such input */
    Tensor get(String name) {
        return optional(name)
                .orElseThrow(() -> new TensorException(
                        "the case has no input 'in." + name + "'; it has " + String.join(", ", tensors.keySet())));
    }

    Optional<Tensor> optional(String name) {
        used.add(name);
        return Optional.ofNullable(tensors.get(name));
    }

    /**
     * A mask, 1 for what is kept, in whichever type the case has it.
     *
     * @throws SkippedException if it holds other numbers than 1 and 0
     */
    Optional<Tensor> mask(String name) {
        Optional<Tensor> mask = optional(name).map(m -> F.cast(m, DType.I32));
        if (mask.isPresent() && Arrays.stream(mask.get().toInts()).anyMatch(m -> m != 0 && m != 1)) {
            throw new SkippedException("Airfoil's masks hold 1 for keep and 0 for drop, and '" + name + "' does not");
        }
        return mask;
    }

    /** @throws SkippedException if the case has an input that nothing asked for: {@code what} does not know it */
    void requireAllUsed(String what) {
        tensors.keySet().stream()
                .filter(name -> !used.contains(name))
                .findFirst()
                .ifPresent(name -> {
                    throw new SkippedException("Airfoil's " + what + " has no input '" + name + "'");
                });
    }

    /** By the names that their gradients have, without {@code grad.}. */
    Map<String, Tensor> byGradient() {
        Map<String, Tensor> all = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> all.put("in." + name, tensor));
        return all;
    }
}
