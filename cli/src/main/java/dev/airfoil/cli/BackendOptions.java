package dev.airfoil.cli;

import dev.airfoil.tensor.Backend;
import dev.airfoil.tensor.BackendProvider;
import dev.airfoil.tensor.BackendProvider.Availability;
import dev.airfoil.tensor.BackendProvider.Precision;
import dev.airfoil.tensor.Backends;
import dev.airfoil.tensor.TensorException;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import picocli.CommandLine.Option;

/** Where to compute: the same options for every command that does. */
final class BackendOptions {
    private static final String AUTO = "auto";
    private static final String SLOW = "reference";

    /** MB whose bytes a number can count. */
    private static final long MOST_MEMORY = Long.MAX_VALUE >> 20;

    @Option(
            names = "--backend",
            paramLabel = "NAME",
            defaultValue = AUTO,
            description = "auto, cpu, opencl, opencl:1, reference; 'airfoil doctor' lists them. Default: auto, the "
                    + "fastest.")
    private String backend;

    @Option(names = "--threads", paramLabel = "N", description = "Worker threads. Default: one a core.")
    private Optional<Integer> threads;

    @Option(
            names = "--memory",
            paramLabel = "MB",
            description =
                    "The most memory that tensors may take together, and on the cpu the weights kept packed; what "
                            + "kernels work in and the Java heap come on top. Default: the backend's choice.")
    private Optional<Long> memory;

    @Option(
            names = "--precision",
            paramLabel = "HOW",
            defaultValue = "F32",
            description = "F32, or MIXED: the model computes with BF16 and sums in F32; faster only on a GPU. "
                    + "Default: ${DEFAULT-VALUE}.")
    private Precision precision;

    /** As the user wrote it. */
    String choice() {
        return backend;
    }

    /** Whether this backend was asked for, or may be chosen. */
    boolean mayBe(String name) {
        return backend.equals(AUTO) || backend.equals(name) || backend.startsWith(name + ":");
    }

    /** Threads, memory and precision. */
    BackendProvider.Options compute() {
        if (memory.orElse(1L) <= 0) {
            throw new TensorException("--memory " + memory.get() + " must be 1 MB or more");
        }
        return new BackendProvider.Options(
                threads.map(OptionalInt::of).orElseGet(OptionalInt::empty),
                memory.map(mb -> OptionalLong.of(Math.min(mb, MOST_MEMORY) << 20))
                        .orElseGet(OptionalLong::empty),
                precision);
    }

    /** Opens the backend; says so if it is a slow one that nobody chose. */
    Backend open(PrintWriter err) {
        Backend opened = Backends.open(backend, compute());
        explain(opened, err);
        return opened;
    }

    /** Says why the slow backend was taken, unless it was asked for. */
    void explain(Backend opened, PrintWriter err) {
        if (backend.equals(AUTO) && opened.name().equals(SLOW)) {
            Backends.present().forEach((provider, availability) -> {
                if (availability instanceof Availability.Unavailable(String reason)) {
                    err.println("The backend " + provider.name() + " steps aside: " + reason);
                }
            });
            err.println("The reference backend computes: correct, and very slow.");
        }
    }
}
