package dev.airfoil.cli.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.airfoil.tensor.Backend;
import dev.airfoil.tensor.BackendProvider;
import dev.airfoil.tensor.Backends;
import dev.airfoil.tensor.io.SafetensorsWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckerTest {
    private final Backend backend = Backends.open("reference", BackendProvider.Options.DEFAULT);

    @TempDir
    Path folder;

    @AfterEach
    void close() {
        assertThat(backend.memory().blocks()).isZero();
        backend.close();
    }

    private String line(Path path) {
        return new Checker(backend).check(path).line();
    }

    @Test
    void aCaseThatHoldsIsOk() {
        assertThat(line(Case.good().save(folder, "good")))
                .matches("ok +op +good +\\d\\.\\d\\de[-+]\\d\\d \\(tolerance 1e-05\\) out\\.main");
    }

    @Test
    void gradientsAreCompared() {
        Case wrong =
                Case.good().floats("in.cotangent", new float[] {1, 1}, 2).floats("grad.in.x", new float[] {0.5f, 1}, 2);
        assertThat(line(wrong.save(folder, "wrong"))).startsWith("FAIL").endsWith("(tolerance 1e-04) grad.in.x");
        Case right = Case.good()
                .floats("in.cotangent", new float[] {1, 1}, 2)
                .floats("grad.in.x", new float[] {0.5f, 0.92767051f}, 2);
        assertThat(line(right.save(folder, "right"))).startsWith("ok");
    }

    @Test
    void aGradientOfSomethingThatIsNotThereIsWrong() {
        Case more =
                Case.good().floats("in.cotangent", new float[] {1, 1}, 2).floats("grad.in.y", new float[] {0.5f, 1}, 2);
        assertThat(line(more.save(folder, "more")))
                .startsWith("FAIL")
                .contains("expects a gradient for in.y, which is neither an input nor a parameter");
    }

    @Test
    void whatAirfoilDoesNotHaveIsSkippedWithTheReason() {
        assertThat(line(new Case("hologram", "{}").save(folder, "a")))
                .startsWith("skipped hologram")
                .endsWith("Airfoil has no cases of this kind yet");
        assertThat(line(new Case("op", "{\"op\": \"fft\"}")
                        .floats("in.x", new float[1], 1)
                        .save(folder, "b")))
                .startsWith("skipped op")
                .contains("no operator 'fft'");
        assertThat(line(new Case("dit", "{\"variant\": \"unet\"}").save(folder, "c")))
                .startsWith("skipped dit")
                .contains("no DiT 'unet'");
        assertThat(line(new Case(
                                "optimizer",
                                "{\"optimizer\": \"lion\", \"loss\": \"sum_k (1 + 0.1 s) |p_k - "
                                        + "target_k|^2 at step s = 1..20\"}")
                        .save(folder, "d")))
                .startsWith("skipped optimizer")
                .contains("no optimizer 'lion'");
        assertThat(line(new Case("sampler", "{\"sampler\": \"dpm\"}")
                        .floats("in.x", new float[2], 1, 2)
                        .floats("out.sigmas", new float[] {1, 0}, 2)
                        .save(folder, "e")))
                .startsWith("skipped sampler")
                .contains("no sampler 'dpm'");
        Path model = folder.resolve("model.safetensors");
        new SafetensorsWriter().metadata("format", "pt").write(model);
        assertThat(line(model)).startsWith("skipped -").contains("the file is no golden case");
    }

    @Test
    void whatIsDamagedFailsWithASentence() throws IOException {
        Path cut = Case.good().save(folder, "cut");
        byte[] bytes = Files.readAllBytes(cut);
        Files.write(cut, Arrays.copyOf(bytes, bytes.length - 4));
        assertThat(line(cut)).startsWith("FAIL    -").contains("cut.safetensors");
        assertThat(line(new Case("op", "{").save(folder, "json")))
                .startsWith("FAIL")
                .contains("'config' is no JSON");
        assertThat(line(new Case("op", "{\"op\": \"silu\"}")
                        .floats("in.x", new float[1], 1)
                        .save(folder, "empty")))
                .startsWith("FAIL")
                .contains("out.main");
        assertThat(line(new Case("op", "{\"op\": \"softmax\", \"axis\": \"last\"}")
                        .floats("in.x", new float[1], 1)
                        .floats("out.main", new float[1], 1)
                        .save(folder, "axis")))
                .startsWith("FAIL")
                .contains("config.axis is \"last\" where a number is wanted");
        assertThat(line(new Case("op", "{\"op\": \"linear\"}")
                        .floats("in.x", new float[2], 1, 2)
                        .floats("out.main", new float[1], 1)
                        .save(folder, "missing")))
                .startsWith("FAIL")
                .contains("the case has no input 'in.weight'; it has x");
        assertThat(line(new Case("op", "{\"op\": \"silu\"}")
                        .floats("in.x", new float[2], 2)
                        .floats("out.main", new float[2], 1, 2)
                        .save(folder, "shape")))
                .startsWith("FAIL")
                .contains("out.main is [1 2] in the case, and Airfoil computes [2]");
        assertThat(line(new Case("bert", "{}").save(folder, "bert"))).startsWith("FAIL");
        Path text = Files.writeString(folder.resolve("text.safetensors"), "hello", StandardCharsets.UTF_8);
        assertThat(line(text)).startsWith("FAIL    -");
    }

    @Test
    void valuesOfATypeThatCannotBeComparedFail() throws IOException {
        // An F64 output: read as something that is not there, it would make a case pass that compares nothing.
        String header = "{\"__metadata__\":{\"kind\":\"op\",\"config\":\"{}\"},"
                + "\"out.main\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[0,8]}}";
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        byte[] file = new byte[8 + text.length + 8];
        file[0] = (byte) text.length;
        file[1] = (byte) (text.length >> 8);
        System.arraycopy(text, 0, file, 8, text.length);
        assertThat(line(Files.write(folder.resolve("double.safetensors"), file)))
                .startsWith("FAIL")
                .contains("'out.main' is F64");
    }

    @Test
    void aSamplerCaseMayHaveAnyDiffusion() {
        // Without noise and field, only the drift of the score acts: dX = -w X / sigma ds, here w = sigma / 2.
        Case golden = new Case(
                        "sampler",
                        "{\"sampler\": \"heun_sde_half\", \"diffusion\": \"w(sigma) = 0.5 sigma\","
                                + " \"field\": \"v = x S^T, pointing to the data\"}")
                .floats("in.S", new float[] {0}, 1, 1)
                .floats("in.x", new float[] {2}, 1, 1)
                .floats("in.noise", new float[] {0}, 1, 1, 1)
                .floats("out.sigmas", new float[] {1, 0.5f, 0}, 3)
                .floats("out.main", new float[] {2 * (1 - 0.25f + 0.03125f)}, 1, 1);
        assertThat(line(golden.save(folder, "half"))).startsWith("ok");
    }

    @Test
    void theLabelBehindAnOperatorAndItsAbsentParametersDoNotMatter() {
        Case golden = new Case("op", "{\"op\": \"layer_norm_plain\", \"eps\": 0.0}")
                .floats("in.x", new float[] {1, 3}, 1, 2)
                .floats("out.main", new float[] {-1, 1}, 1, 2);
        assertThat(line(golden.save(folder, "plain"))).startsWith("ok");
        Case softmax = new Case("op", "{\"op\": \"softmax_columns\", \"axis\": 0}")
                .floats("in.x", new float[] {0, 5, 0, 5}, 2, 2)
                .floats("out.main", new float[] {0.5f, 0.5f, 0.5f, 0.5f}, 2, 2);
        assertThat(line(softmax.save(folder, "softmax"))).startsWith("ok");
    }

    @Test
    void aFolderStandsForItsCasesAtAnyDepth() throws IOException {
        Path deep = Files.createDirectories(folder.resolve("a/b"));
        Path one = Case.good().save(deep, "one");
        Path two = Case.good().save(folder, "two");
        Files.writeString(folder.resolve("README.md"), "no case");
        assertThat(Checker.cases(folder)).containsExactly(one, two);
        assertThat(Checker.cases(two)).containsExactly(two);
        assertThatThrownBy(() -> Checker.cases(folder.resolve("none"))).hasMessageContaining("no file or folder");
        Path empty = Files.createDirectory(folder.resolve("empty"));
        assertThatThrownBy(() -> Checker.cases(empty)).hasMessageContaining("holds no .safetensors file");
    }
}
