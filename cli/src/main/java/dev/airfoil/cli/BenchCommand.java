package dev.airfoil.cli;

import dev.airfoil.tensor.BackendProvider.Precision;
import dev.airfoil.tensor.TensorException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code airfoil bench}. */
@Command(
        name = "bench",
        description = {
            "Measures Airfoil beside PyTorch and OpenBLAS in the same process, in turn, and prints one table: medians, the "
                    + "ratio (above 1, Airfoil is better), and the share of the processor's multiply-adds or of the "
                    + "speed of a plain copy that Airfoil reaches.",
            "Every row checks that all get the same answer before it times them. The peers are fetched once (130 MB); "
                    + "without them Airfoil is measured alone."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class BenchCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(
            arity = "0..1",
            paramLabel = "FILTER",
            defaultValue = "",
            description =
                    "Only rows whose name has this part, such as gemm, attention, dit-air/s; more with commas. Default: all.")
    private String filter;

    @Option(
            names = "--backend",
            paramLabel = "NAME",
            defaultValue = "cpu",
            description = "Whose speed is measured; the peers stand only beside cpu. Default: ${DEFAULT-VALUE}.")
    private String backend;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Threads of Airfoil and of its peers. Default: the table with 1, and with one a core.")
    private Optional<Integer> threads;

    @Option(
            names = "--precision",
            paramLabel = "HOW",
            defaultValue = "F32",
            description = "F32, or MIXED: the model computes with BF16 and sums in F32; faster only on a GPU. "
                    + "Default: ${DEFAULT-VALUE}.")
    private Precision precision;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            defaultValue = "1",
            description = "How long a row is measured, after its warm-up. Default: ${DEFAULT-VALUE}.")
    private double seconds;

    @Option(names = "--json", paramLabel = "FILE", description = "Writes the rows as a JSON array.")
    private Optional<Path> json;

    @Option(names = "--plot", paramLabel = "FILE", description = "Writes the ratios as a picture (PNG).")
    private Optional<Path> plot;

    @Option(
            names = "--profile",
            description =
                    "Instead of the table: the time and speed of every kind of op (on opencl: of every kernel) in a forward, "
                            + "a forward with backward, and a training step, of a DiT-Air.")
    private boolean profile;

    @Option(
            names = "--preset",
            paramLabel = "NAME",
            defaultValue = "tiny",
            description = "What --profile runs: tiny, air-s, air-b, ... Default: ${DEFAULT-VALUE}.")
    private String preset;

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "1",
            description = "How many pictures --profile runs. Default: ${DEFAULT-VALUE}.")
    private int batch;

    @Option(
            names = "--size",
            paramLabel = "PIXELS",
            defaultValue = "256",
            description = "Width and height of these pictures. Default: ${DEFAULT-VALUE}.")
    private int size;

    @Override
    public Integer call() {
        require(seconds > 0, "--seconds " + seconds + " must be more than 0");
        require(threads.orElse(1) > 0, "--threads " + threads.orElse(1) + " must be 1 or more");
        require(batch > 0, "--batch " + batch + " must be 1 or more");
        require(size >= 16, "--size " + size + " must be 16 or more");
        Benchmarks benchmarks = ServiceLoader.load(Benchmarks.class)
                .findFirst()
                .orElseThrow(() -> new TensorException(
                        "the measuring part is not on the class path; start this command as ./airfoil bench"));
        PrintWriter out = spec.commandLine().getOut();
        Benchmarks.Request request = new Benchmarks.Request(
                backend,
                precision,
                filter,
                threadCounts(),
                seconds,
                json,
                plot,
                new Benchmarks.Profiled(preset, batch, size));
        PrintWriter err = spec.commandLine().getErr();
        try (Interruption interruption = new Interruption(err, "nothing was written")) {
            if (profile) {
                benchmarks.profile(request, out);
                return 0;
            }
            return benchmarks.table(request, interruption, out, err) ? 0 : Failures.FAILED;
        }
    }

    private static void require(boolean holds, String sentence) {
        if (!holds) {
            throw new TensorException(sentence);
        }
    }

    private List<Integer> threadCounts() {
        int all = Runtime.getRuntime().availableProcessors();
        return threads.map(List::of)
                .orElseGet(() -> Stream.of(1, all).distinct().toList());
    }
}
