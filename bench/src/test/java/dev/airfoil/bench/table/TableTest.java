package dev.airfoil.bench.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.airfoil.cli.Benchmarks;
import dev.airfoil.cli.Interruption;
import dev.airfoil.tensor.BackendProvider.Availability;
import dev.airfoil.tensor.BackendProvider.Precision;
import dev.airfoil.tensor.Backends;
import dev.airfoil.tensor.TensorException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The tests' class path has no peers: the table must do without. */
class TableTest {
    @TempDir
    private Path folder;

    private static Benchmarks benchmarks() {
        return ServiceLoader.load(Benchmarks.class).findFirst().orElseThrow();
    }

    private static boolean table(Benchmarks.Request request, PrintWriter out, PrintWriter err) {
        try (Interruption interruption = new Interruption(err, "nothing was written")) {
            return benchmarks().table(request, interruption, out, err);
        }
    }

    @Test
    void withoutThePeersItSaysSoAndMeasuresOursAlone() throws Exception {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        Path json = folder.resolve("deep/rows.json");
        Path plot = folder.resolve("rows.png");

        boolean sound = table(
                new Benchmarks.Request(
                        "cpu",
                        Precision.F32,
                        "AdaLnModulate",
                        List.of(1),
                        1e-3,
                        Optional.of(json),
                        Optional.of(plot),
                        new Benchmarks.Profiled("tiny", 1, 256)),
                new PrintWriter(out, true),
                new PrintWriter(err, true));

        assertThat(sound).isTrue();
        assertThat(err.toString()).contains("PyTorch is not measured", "OpenBLAS is not measured");
        assertThat(out.toString()).contains("adalnmodulate 1101x1152", "GB/s");
        assertThat(Files.readString(json)).startsWith("[").contains("\"of_limit\"", "\"peer\" : null");
        assertThat(Files.readAllBytes(plot)).startsWith(0x89, 'P', 'N', 'G');
    }

    @Test
    void aNameThatNoRowHasIsASentence() {
        Path json = folder.resolve("rows.json");
        Benchmarks.Request nothing = new Benchmarks.Request(
                "reference",
                Precision.F32,
                "gemmm,atention",
                List.of(1),
                1e-3,
                Optional.of(json),
                Optional.empty(),
                new Benchmarks.Profiled("tiny", 1, 64));
        PrintWriter nowhere = new PrintWriter(new StringWriter());
        assertThatThrownBy(() -> table(nothing, nowhere, nowhere))
                .isInstanceOf(TensorException.class)
                .hasMessageContaining("no row of the table has 'gemmm,atention' in its name");
        assertThat(json).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"cpu", "opencl"})
    void aProfileSaysWhatTookTheTime(String backend) {
        Backends.present().forEach((provider, availability) -> {
            if (provider.name().equals(backend) && availability instanceof Availability.Unavailable(String reason)) {
                Assumptions.abort(backend + " cannot run here: " + reason);
            }
        });
        StringWriter out = new StringWriter();

        benchmarks()
                .profile(
                        new Benchmarks.Request(
                                backend,
                                Precision.MIXED,
                                "",
                                List.of(1),
                                1e-3,
                                Optional.empty(),
                                Optional.empty(),
                                new Benchmarks.Profiled("tiny", 1, 64)),
                        new PrintWriter(out, true));

        assertThat(out.toString())
                .contains("1 of 64 x 64 by tiny, MIXED, on")
                .contains("forward: ", "forward and backward: ", "training step: ", "GiB in tensors")
                .contains("adafactor", "attention")
                .containsIgnoringCase("GB/s");
    }

    @Test
    void whereNothingCanBeWrittenNothingIsMeasured() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "in the way");
        Benchmarks.Request request = new Benchmarks.Request(
                "cpu",
                Precision.F32,
                "gemm",
                List.of(1),
                1e-3,
                Optional.of(file.resolve("rows.json")),
                Optional.empty(),
                new Benchmarks.Profiled("tiny", 1, 64));
        StringWriter out = new StringWriter();
        PrintWriter console = new PrintWriter(out, true);
        assertThatThrownBy(() -> table(request, console, console))
                .isInstanceOf(TensorException.class)
                .hasMessage("cannot write " + file.resolve("rows.json") + ": something of that name is there");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void aRowIsInTheFileWhenItIsMeasured() throws Exception {
        Path json = folder.resolve("rows.json");
        StringWriter out = new StringWriter();
        PrintWriter console = new PrintWriter(out, true);
        try (Interruption interruption = new Interruption(console, "nothing was written")) {
            Rows rows = new Rows(Optional.of(json), interruption, console);
            for (String name : List.of("one", "two")) {
                rows.add(new Row(name, 1, Unit.SECONDS, 1, Map.of(), OptionalDouble.empty()));
                assertThat(Files.readString(json))
                        .contains("\"" + name + ", 1 thread\"")
                        .endsWith("]\n");
                assertThat(out.toString()).contains(name);
            }
            assertThat(rows.areSound()).isTrue();
            rows.lack("three: WRONG");
            assertThat(rows.areSound()).isFalse();
            assertThat(rows.all()).hasSize(2);
        }
    }

    @Test
    void everyRowHasANameOfItsOwn() {
        assertThat(Products.entries())
                .extracting(Contest.Entry::name)
                .hasSize(24)
                .doesNotHaveDuplicates();
        assertThat(FusedOps.entries()).extracting(Contest.Entry::name).doesNotHaveDuplicates();
    }

    @Test
    void theMiddleOfTimes() {
        assertThat(Stopwatch.median(List.of(3.0, 1.0, 2.0))).isEqualTo(2);
        assertThat(Stopwatch.median(List.of(4.0, 1.0, 2.0, 3.0))).isEqualTo(2.5);
    }
}
