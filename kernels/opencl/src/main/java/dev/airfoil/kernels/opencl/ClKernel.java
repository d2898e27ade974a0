package dev.airfoil.kernels.opencl;

import dev.airfoil.tensor.Op;
import dev.airfoil.tensor.Tensor;
import java.util.List;

/**
 * How one kind of op runs on an OpenCL device: a class, or a method of one, and a {@code .cl} file beside it. Every storage
 * type that the op takes is read and written as it is, see {@link Stored}.
 */
@FunctionalInterface
interface ClKernel<O extends Op> {
    /** False if these inputs are not for it; a fused op then runs by its definition. */
    default boolean accepts(O op, List<Tensor> in) {
        return true;
    }

    /** Enqueues the work; {@code out} are contiguous at offset 0. Called inside a scope that frees scratch memory. */
    void run(ClBackend cl, O op, List<Tensor> in, List<Tensor> out);
}
