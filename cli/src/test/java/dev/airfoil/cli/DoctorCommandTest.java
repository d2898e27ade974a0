package dev.airfoil.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.airfoil.tensor.Backend;
import dev.airfoil.tensor.BackendProvider;
import dev.airfoil.tensor.BackendProvider.Availability;
import dev.airfoil.tensor.BackendProvider.Examination;
import dev.airfoil.tensor.Backends;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class DoctorCommandTest {
    /** A backend whose kernels are examined so, and with that outcome. */
    private record Examined(Supplier<Optional<Examination>> examination) implements BackendProvider {
        @Override
        public String name() {
            return "reference";
        }

        @Override
        public int priority() {
            return 0;
        }

        @Override
        public Availability probe() {
            return new Availability.Available(List.of("here"));
        }

        @Override
        public Backend open(String device, Options options) {
            return Backends.open("reference", options);
        }

        @Override
        public Optional<Examination> examine(Consumer<String> progress) {
            progress.accept("1 of 2");
            return examination.get();
        }
    }

    private record Result(int code, String out) {}

    private static Result doctor(Supplier<Optional<Examination>> examination, String... args) {
        BackendProvider provider = new Examined(examination);
        StringWriter out = new StringWriter();
        int code = new CommandLine(new DoctorCommand(() -> Map.of(provider, provider.probe())))
                .setOut(new PrintWriter(out, true))
                .execute(args);
        return new Result(code, out.toString());
    }

    @Test
    void kernelsThatFellAreNamed() {
        Examination fell =
                new Examination("2 timed", List.of("softmax runs at 0.1 GB/s; its definition takes its place"));
        Result result = doctor(() -> Optional.of(fell), "--backend", "reference");
        assertThat(result.out())
                .containsPattern("kernels reference +2 timed\\R")
                .containsPattern("\\R +WRONG: softmax runs at 0.1 GB/s; its definition takes its place\\R")
                .contains("Something is wrong");
        assertThat(result.code()).isEqualTo(1);
    }

    @Test
    void kernelsThatRunAsTheyShouldAreCounted() {
        Result result = doctor(() -> Optional.of(new Examination("2 timed", List.of())), "--backend", "reference");
        assertThat(result.out())
                .containsPattern("kernels reference +2 timed\\R")
                .contains("All is well.");
        assertThat(result.code()).isZero();
        assertThat(doctor(Optional::empty, "--backend", "reference").out()).doesNotContain("kernels");
    }

    @Test
    void whateverADriverThrowsTheRestIsLookedAt() {
        for (Supplier<Optional<Examination>> driver : List.<Supplier<Optional<Examination>>>of(
                () -> {
                    throw new IllegalStateException("driver lost");
                },
                () -> {
                    throw new UnsatisfiedLinkError("no driver");
                })) {
            Result result = doctor(driver, "--backend", "reference");
            assertThat(result.out())
                    .containsPattern(
                            "kernels reference +WRONG: this should not have happened: .*(driver lost|no driver)")
                    .contains("GFLOP/s", "Something is wrong");
            assertThat(result.code()).isEqualTo(1);
        }
    }
}
