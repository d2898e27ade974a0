package dev.airfoil.kernels.cpu;

import dev.airfoil.tensor.Op;
import dev.airfoil.tensor.Tensor;
import java.util.List;

/**
 * A fast way to run one kind of op. Its meaning is the op's; where there is no kernel, or it does not accept the inputs,
 * the definition or the reference loops answer. Adding one: a class, and a line in {@link Kernels}.
 */
public interface CpuKernel<O extends Op> {
    /** True if it can run these inputs, whose shapes the op has already checked. */
    default boolean accepts(O op, List<Tensor> inputs) {
        return true;
    }

    /** True if it can read inputs of these types: by default all but half-width ones, which are widened for it. */
    default boolean reads(List<Tensor> inputs) {
        return inputs.stream().noneMatch(t -> t.dtype().isHalf());
    }

    /** Fills the outputs of {@code call}. */
    void run(O op, Call call);
}
