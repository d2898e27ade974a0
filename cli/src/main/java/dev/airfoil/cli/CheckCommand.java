package dev.airfoil.cli;

import dev.airfoil.cli.check.Checker;
import dev.airfoil.cli.check.Outcome;
import dev.airfoil.tensor.Backend;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code airfoil check}. */
@Command(
        name = "check",
        description = {
            "Computes golden cases, files with what another implementation computed, and compares.",
            "Values may be off by 1e-5 and gradients by 1e-4 of the whole tensor's norm. Exit code 1 if any is further "
                    + "off."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class CheckCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(arity = "1..*", paramLabel = "PATH", description = "A case (.safetensors), or a folder with cases.")
    private List<Path> paths;

    @Mixin
    private BackendOptions backend;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        List<Path> cases =
                paths.stream().flatMap(p -> Checker.cases(p).stream()).toList();
        int passed = 0;
        int failed = 0;
        int skipped = 0;
        try (Interruption interruption = new Interruption(err, "no case was checked");
                Backend opened = backend.open(err)) {
            Checker checker = new Checker(opened);
            for (Path path : cases) {
                Outcome outcome = checker.check(path);
                if (outcome instanceof Outcome.Skipped) {
                    skipped++;
                } else if (outcome.isFailure()) {
                    failed++;
                } else {
                    passed++;
                }
                interruption.write(
                        () -> out.println(outcome.line()),
                        "of " + cases.size() + " cases " + count(passed, failed, skipped));
            }
        }
        out.println(count(passed, failed, skipped));
        return failed == 0 ? 0 : Failures.FAILED;
    }

    private static String count(int passed, int failed, int skipped) {
        return passed + " passed, " + failed + " failed, " + skipped + " skipped";
    }
}
