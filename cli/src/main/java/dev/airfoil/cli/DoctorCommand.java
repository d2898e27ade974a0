package dev.airfoil.cli;

import dev.airfoil.pipeline.ModelFile;
import dev.airfoil.pipeline.ModelInfo;
import dev.airfoil.tensor.Backend;
import dev.airfoil.tensor.BackendProvider;
import dev.airfoil.tensor.BackendProvider.Availability;
import dev.airfoil.tensor.BackendProvider.Examination;
import dev.airfoil.tensor.Backends;
import dev.airfoil.tensor.TensorException;
import dev.airfoil.tensor.Version;
import dev.airfoil.text.E5SmallV2;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code airfoil doctor}. */
@Command(
        name = "doctor",
        description =
                "Says what Airfoil finds on this machine, tests whether it computes right, and times every kernel: one that "
                        + "is far too slow here is named, and the next best takes its place. Takes some 20 seconds.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class DoctorCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private BackendOptions options;

    private final Supplier<Map<BackendProvider, Availability>> backends;
    private boolean sound = true;

    DoctorCommand() {
        this(Backends::present);
    }

    /** @param backends which there are, and whether they can run here */
    DoctorCommand(Supplier<Map<BackendProvider, Availability>> backends) {
        this.backends = backends;
    }

    @Override
    public Integer call() {
        try (Interruption _ = new Interruption(spec.commandLine().getErr(), "not all was looked at")) {
            look();
        }
        spec.commandLine().getOut().println(sound ? "All is well." : "Something is wrong: see above.");
        return sound ? 0 : Failures.FAILED;
    }

    private void look() {
        say("airfoil", Version.current());
        say(
                "java",
                System.getProperty("java.vm.name") + " " + Runtime.version() + ", " + System.getProperty("java.vendor")
                        + ", " + System.getProperty("java.home"));
        say(
                "system",
                System.getProperty("os.name") + " " + System.getProperty("os.version") + ", "
                        + System.getProperty("os.arch"));
        say("cores", Integer.toString(Runtime.getRuntime().availableProcessors()));
        say("memory", memory());
        backends.get().forEach(this::backend);
        part("model", () -> {
            try (ModelFile model = ModelFile.openBuiltIn()) {
                ModelInfo info = model.info();
                return info.name() + ": " + info.imageSize() + "x" + info.imageSize() + " pixels, "
                        + info.config().layers() + " layers of " + info.config().dim() + ", reads up to "
                        + info.textTokens() + " tokens with "
                        + info.textEncoder().label();
            }
        });
        part(
                "text",
                () -> "e5-small-v2: a vocabulary of " + E5SmallV2.tokenizer().vocabularySize() + " tokens");
        backends.get().forEach(this::kernels);
        part("test", this::test); // afterwards, when products are compiled: it times one
    }

    private static String memory() {
        long heap = Runtime.getRuntime().maxMemory();
        if (ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean os) {
            return gigabytes(os.getTotalMemorySize()) + " in all, " + gigabytes(os.getFreeMemorySize()) + " free, "
                    + gigabytes(heap) + " for the Java heap (tensors lie outside it)";
        }
        return gigabytes(heap) + " for the Java heap";
    }

    private void backend(BackendProvider provider, Availability availability) {
        String name = "backend " + provider.name();
        switch (availability) {
            case Availability.Unavailable(String reason) -> say(name, "steps aside: " + reason);
            case Availability.Available(var devices) ->
                part(name, () -> {
                    try (Backend backend = provider.open("", BackendProvider.Options.DEFAULT)) {
                        return backend.description() + ", up to "
                                + gigabytes(backend.memory().limit()) + " for tensors"
                                + (devices.size() > 1 ? "; devices: " + String.join(", ", devices) : "");
                    }
                });
        }
    }

    private String test() {
        try (Backend backend = options.open(spec.commandLine().getErr())) {
            BackendCheck.Result result = BackendCheck.run(backend);
            double worst =
                    result.errors().values().stream().mapToDouble(e -> e).max().orElseThrow();
            if (!result.isGood()) {
                throw new TensorException(
                        "the backend " + backend.name() + " computes otherwise than the reference: " + result.errors());
            }
            return String.format(
                    Locale.ROOT,
                    "%s agrees with the reference on %s (worst error %.0e); a matrix product runs at %.1f GFLOP/s",
                    backend.name(),
                    String.join(", ", result.errors().keySet()),
                    worst,
                    result.gigaflops());
        }
    }

    /** Times the kernels of a backend, unless another one was asked for. */
    private void kernels(BackendProvider provider, Availability availability) {
        if (availability instanceof Availability.Unavailable || !options.mayBe(provider.name())) {
            return;
        }
        String name = "kernels " + provider.name();
        try {
            examine(provider).ifPresent(found -> {
                say(name, found.summary());
                found.complaints().forEach(complaint -> wrong("", complaint));
            });
        } catch (RuntimeException | LinkageError e) {
            wrong(name, sentence(e));
        }
    }

    private Optional<Examination> examine(BackendProvider provider) {
        try (ProgressLine line = new ProgressLine(spec.commandLine().getErr(), ProgressLine.isTerminal())) {
            return provider.examine(line::note);
        }
    }

    /** Says what {@code body} finds out; what fails is said too, and counts. */
    private void part(String name, Supplier<String> body) {
        try {
            say(name, body.get());
        } catch (RuntimeException | LinkageError e) {
            wrong(name, sentence(e));
        }
    }

    /** Whatever a driver throws or lacks, what is said of the rest of the machine is wanted too. */
    private static String sentence(Throwable e) {
        return e instanceof TensorException ? e.getMessage() : "this should not have happened: " + e;
    }

    private void wrong(String what, String sentence) {
        sound = false;
        say(what, "WRONG: " + sentence);
    }

    private void say(String what, String found) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(String.format(Locale.ROOT, "%-18s %s", what, found));
    }

    private static String gigabytes(long bytes) {
        return String.format(Locale.ROOT, "%.1f GB", bytes / 1e9);
    }
}
