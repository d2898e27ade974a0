package dev.airfoil.tensor;

import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * A device with memory and kernels. A backend only makes ops fast: what an op means is said by the op, and an op without
 * a kernel here runs by its definition.
 */
public interface Backend extends AutoCloseable {
    /** Short name as in {@code --backend}: reference, cpu, opencl. */
    String name();

    /** One line for people: device, vector width, threads. */
    String description();

    /** The type in which models store their activations here: F32, unless the backend was opened for MIXED precision. */
    DType compute();

    /**
     * Memory for {@code bytes} bytes, with any content, owned by the innermost scope.
     *
     * @throws TensorException if there is too little memory: it says how much was wanted, held and allowed
     */
    Storage allocate(long bytes);

    /** True if {@link #execute} can run {@code op} on these inputs. Every backend supports every {@link Primitive}. */
    boolean supports(Op op, List<Tensor> inputs);

    /** Runs {@code op}; {@code outputs} are contiguous, as {@link Op#infer} said, and hold anything. */
    void execute(Op op, List<Tensor> inputs, List<Tensor> outputs);

    /** Copies all of {@code source} to byte {@code offset} of {@code target}. */
    void upload(MemorySegment source, Storage target, long offset);

    /** Copies from byte {@code offset} of {@code source} until {@code target} is full; waits for pending work. */
    void download(Storage source, long offset, MemorySegment target);

    /** Waits until all work has been done. */
    void synchronize();

    /** What the pool holds. */
    MemoryUse memory();

    /** Frees device, pool and threads. Tensors of this backend must not be used afterwards. */
    @Override
    void close();

    /**
     * State of a memory pool, in bytes.
     *
     * @param live bytes in blocks that tensors use
     * @param blocks number of such blocks
     * @param pooled bytes kept for reuse
     * @param peak the most that was ever live
     * @param limit the most that may be live and pooled together
     */
    record MemoryUse(long live, int blocks, long pooled, long peak, long limit) {}
}
