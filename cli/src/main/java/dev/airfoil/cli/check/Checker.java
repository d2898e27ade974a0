package dev.airfoil.cli.check;

import dev.airfoil.tensor.Backend;
import dev.airfoil.tensor.Eager;
import dev.airfoil.tensor.Scope;
import dev.airfoil.tensor.TensorException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Runs golden cases on a backend. */
public record Checker(Backend backend) {
    private static final System.Logger LOG = System.getLogger(Checker.class.getName());
    private static final String UNKNOWN = "-";

    /**
     * The cases that {@code path} stands for: itself, or every {@code .safetensors} file in it if it is a folder.
     *
     * @throws TensorException if there is no such file or folder, or no case in it
     */
    public static List<Path> cases(Path path) {
        if (!Files.isDirectory(path)) {
            if (!Files.exists(path)) {
                throw new TensorException("there is no file or folder " + path + "; check the path");
            }
            return List.of(path);
        }
        try (Stream<Path> files = Files.walk(path)) {
            List<Path> cases = files.filter(Files::isRegularFile)
                    .filter(f -> f.getFileName().toString().endsWith(".safetensors"))
                    .sorted()
                    .toList();
            if (cases.isEmpty()) {
                throw new TensorException("folder " + path + " holds no .safetensors file; check the path");
            }
            return cases;
        } catch (IOException | UncheckedIOException e) {
            throw new TensorException("cannot list folder " + path + ": " + e.getMessage(), e);
        }
    }

    /** Runs one case; whatever is wrong with it is in the outcome. */
    public Outcome check(Path path) {
        String name = GoldenCase.name(path);
        String kind = UNKNOWN;
        try (GoldenCase golden = GoldenCase.open(path)) {
            kind = golden.kind().isEmpty() ? UNKNOWN : golden.kind();
            CaseKind known = CaseKind.named(golden.kind())
                    .orElseThrow(() -> new SkippedException(
                            golden.kind().isEmpty()
                                    ? "the file is no golden case: its metadata has no 'kind'"
                                    : "Airfoil has no cases of this kind yet"));
            Comparison comparison = new Comparison();
            new Eager(backend).run(() -> Scope.run(name, () -> known.run(golden, comparison)));
            Comparison.Deviation worst = comparison
                    .worst()
                    .orElseThrow(() -> new TensorException("the case expects nothing: it has no 'out.' tensor"));
            List<String> left = golden.notCompared().stream()
                    .filter(n -> !known.given().contains(n))
                    .toList();
            if (worst.isWithin() && !left.isEmpty()) {
                throw new SkippedException("Airfoil does not compute " + String.join(", ", left) + " of such a case");
            }
            return new Outcome.Compared(kind, name, worst);
        } catch (SkippedException e) {
            return new Outcome.Skipped(kind, name, e.getMessage());
        } catch (TensorException e) {
            return new Outcome.Broken(kind, name, e.getMessage());
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
            // A case is a file from anywhere: one that nobody foresaw must not keep the others from being checked.
            LOG.log(System.Logger.Level.DEBUG, () -> "case " + path, e);
            return new Outcome.Broken(kind, name, "it cannot be computed: " + e);
        }
    }
}
