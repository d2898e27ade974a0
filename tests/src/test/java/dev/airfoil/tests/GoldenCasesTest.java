package dev.airfoil.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.airfoil.cli.check.Checker;
import dev.airfoil.cli.check.Outcome;
import dev.airfoil.tensor.Backend;
import dev.airfoil.tensor.BackendProvider;
import dev.airfoil.tensor.Backends;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** What PyTorch, Transformers and Diffusers computed, Airfoil computes too, on every backend that is always there. */
class GoldenCasesTest {
    private static final List<String> BACKENDS = List.of("reference", "cpu");

    @TestFactory
    Stream<DynamicTest> everyCaseAgreesOnEveryBackend() throws URISyntaxException {
        URL folder = Objects.requireNonNull(GoldenCasesTest.class.getResource("/goldens"));
        List<Path> cases = Checker.cases(Path.of(folder.toURI()));
        assertThat(cases).hasSizeGreaterThan(30);
        return BACKENDS.stream()
                .flatMap(backend -> cases.stream()
                        .map(path -> DynamicTest.dynamicTest(
                                backend + ": " + path.getFileName(), () -> agrees(backend, path))));
    }

    private static void agrees(String name, Path path) {
        try (Backend backend = Backends.open(name, BackendProvider.Options.DEFAULT)) {
            Outcome outcome = new Checker(backend).check(path);
            assertThat(outcome).as(outcome.line()).isInstanceOf(Outcome.Compared.class);
            assertThat(outcome.isFailure()).as(outcome.line()).isFalse();
            assertThat(backend.memory().blocks()).as("blocks left").isZero();
        }
    }
}
