package dev.airfoil.tensor;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Consumer;

/** How a backend module makes itself known (through {@link java.util.ServiceLoader}); see {@link Backends}. */
public interface BackendProvider {
    /** Name of the backend, as in {@code --backend}. */
    String name();

    /**
     * Among the backends present, {@code auto} takes the one with the highest priority. Reference is 0, cpu 10. May load a
     * driver, to see what there is.
     */
    int priority();

    /** Looks whether the backend can run here, without loading anything that may be absent. */
    Availability probe();

    /**
     * Opens the backend.
     *
     * @param device what follows the colon in {@code opencl:1}, or empty
     */
    Backend open(String device, Options options);

    /**
     * Times every kernel beside what the machine can do, and puts others in the place of those that are far too slow, from
     * the next start on. Takes some seconds; does nothing where there is nothing to time or to choose.
     *
     * @param progress is told how far it is
     */
    default Optional<Examination> examine(Consumer<String> progress) {
        return Optional.empty();
    }

    /**
     * The outcome of an examination.
     *
     * @param summary one line
     * @param complaints a sentence for each kernel that is far too slow (what it is, its speed, what was expected, what
     *     takes its place), and for each option of the JVM that slows all of them down
     */
    record Examination(String summary, List<String> complaints) {}

    /** The outcome of a probe. */
    sealed interface Availability {
        /** It can run; one line per device, in the order of {@code name:0}, {@code name:1}. */
        record Available(List<String> devices) implements Availability {}

        /** It cannot, and this sentence says why and what would help. */
        record Unavailable(String reason) implements Availability {}
    }

    /** How exactly models are computed. */
    enum Precision {
        /** F32 throughout. */
        F32,
        /**
         * Models store activations, and the weights of products while they compute, as BF16. Sums, statistics of norms,
         * losses and the weights that learn stay F32. On every backend it means the same numbers but for the order of
         * sums; only where kernels read BF16 is it faster. Tensor cores may round the factors of F32 products too.
         */
        MIXED;

        /** The storage type of activations. */
        public DType storage() {
            return this == MIXED ? DType.BF16 : DType.F32;
        }
    }

    /**
     * What the user may set.
     *
     * @param threads worker threads, at most 1024 (default: all cores)
     * @param memoryLimit bytes that tensors may take together, and what a backend keeps to be faster; what kernels work in
     *     comes on top (default: the backend's choice)
     * @param precision how models are computed
     */
    record Options(OptionalInt threads, OptionalLong memoryLimit, Precision precision) {
        public static final Options DEFAULT = new Options(OptionalInt.empty(), OptionalLong.empty());

        private static final int MOST_THREADS = 1024;

        public Options {
            Objects.requireNonNull(threads, "threads");
            Objects.requireNonNull(memoryLimit, "memoryLimit");
            Objects.requireNonNull(precision, "precision");
            if (memoryLimit.orElse(1) < 1) {
                throw new TensorException(
                        "options: the memory limit is " + memoryLimit.getAsLong() + " bytes; it must be 1 or more");
            }
            if (threads.orElse(1) < 1 || threads.orElse(1) > MOST_THREADS) {
                throw new TensorException(
                        "options: threads is " + threads.getAsInt() + "; it must be 1 to " + MOST_THREADS);
            }
        }

        /** In full precision. */
        public Options(OptionalInt threads, OptionalLong memoryLimit) {
            this(threads, memoryLimit, Precision.F32);
        }
    }
}
