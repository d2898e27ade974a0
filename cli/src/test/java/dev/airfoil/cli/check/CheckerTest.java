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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
        Case ofTheSum = Case.good().floats("grad.in.x", new float[] {0.5f, 0.92767051f}, 2);
        assertThat(line(ofTheSum.save(folder, "sum"))).startsWith("ok");
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
    void aMaskThatIsNoMaskIsSkipped() {
        Case additive = new Case("op", "{\"op\": \"attention\"}")
                .floats("in.q", new float[] {1}, 1, 1, 1, 1)
                .floats("in.k", new float[] {1, 2}, 1, 1, 2, 1)
                .floats("in.v", new float[] {3, 4}, 1, 1, 2, 1)
                .floats("in.mask", new float[] {0, -1e9f}, 1, 2)
                .floats("out.main", new float[] {3}, 1, 1, 1, 1);
        assertThat(line(additive.save(folder, "additive")))
                .startsWith("skipped")
                .contains("'mask' does not");
    }

    @Test
    void halfWidthInputsStandForTheirNumbers() {
        Case golden = new Case("op", "{\"op\": \"linear\"}")
                .floats("in.weight", new float[] {1 / 3f}, 1, 1)
                .floats("out.main", new float[] {1 / 3f}, 1, 1);
        assertThat(line(golden.halves("in.x", new float[] {1}, 1, 1).save(folder, "half")))
                .startsWith("ok");
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
        String deep = "{\"sampler\": \"heun_sde\", \"diffusion\": \"" + "(".repeat(1_000_000) + "\"}";
        assertThat(line(new Case("sampler", deep)
                        .floats("out.sigmas", new float[] {1, 0}, 2)
                        .save(folder, "deep")))
                .startsWith("FAIL")
                .contains("StackOverflowError");
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
                        "{\"sampler\": \"heun_sde_half\", \"diffusion\": \"w(sigma) = 0.5 sigma, half of the usual\","
                                + " \"field\": \"v = x S^T, pointing to the data\"}")
                .floats("in.S", new float[] {0}, 1, 1)
                .floats("in.x", new float[] {2}, 1, 1)
                .floats("in.noise", new float[] {0}, 1, 1, 1)
                .floats("out.sigmas", new float[] {1, 0.5f, 0}, 3)
                .floats("out.main", new float[] {2 * (1 - 0.25f + 0.03125f)}, 1, 1);
        assertThat(line(golden.save(folder, "half"))).startsWith("ok");
    }

    @Test
    void aGateMayBeOneForTheWholeBatch() {
        for (int[] shape : new int[][] {{2}, {1, 2}, {1, 1, 2}}) {
            Case golden = new Case("op", "{\"op\": \"gated_residual\"}")
                    .floats("in.x", new float[] {1, 2, 3, 4}, 2, 1, 2)
                    .floats("in.y", new float[] {1, 1, 2, 2}, 2, 1, 2)
                    .floats("in.gate", new float[] {10, 20}, shape)
                    .floats("out.main", new float[] {11, 22, 23, 44}, 2, 1, 2)
                    .floats("grad.in.gate", new float[] {3, 3}, shape);
            assertThat(line(golden.save(folder, "gate"))).startsWith("ok");
        }
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

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "op | {`op`: `attention`, `layout`: `batch, tokens, heads, head_dim`} | the layout is 'batch, tokens,",
                "op | {`op`: `conv2d_depthwise`, `groups`: 2} | neither groups nor dilation",
                "op | {`op`: `conv2d`, `stride`: [2, 1]} | one stride for rows and columns",
                "op | {`op`: `conv2d`, `padding`: `same`} | no convolution padded \"same\"",
                "op | {`op`: `conv2d`, `pad`: [0, 1]} | no convolution padded [0,1] to compare",
                "op | {`op`: `embedding`, `padding_idx`: 0} | no row for padding",
                "op | {`op`: `mse`, `reduction`: `max`} | the reduction 'max'",
                "op | {`op`: `linear`, `activation`: `mish`} | no activation 'mish'",
                "op | {`op`: `matmul_vector`} | multiplies matrices, here F32[2] and F32[2]",
                "op | {} | its configuration has no 'op'",
                "op | {`op`: `silu`} | Airfoil's silu has no input 'a'",
                "bert | {`hidden_act`: `mish`} | hidden_act = \"mish\" where one of",
                "bert | {`is_decoder`: true} | is_decoder = true",
                "optimizer | {`optimizer`: `adamw`, `amsgrad`: true} | neither amsgrad",
                "optimizer | {`optimizer`: `adam`, `weight_decay`: 0.1} | a decay that is part of the gradient",
                "optimizer | {`optimizer`: `adafactor`, `relative_step`: true} | relative steps",
                "optimizer | {`optimizer`: `adafactor_torch`, `beta2_decay`: -0.8} | parameter scaling",
                "sampler | {`sampler`: `euler`, `field`: `x A^T + tan(sigma)`} | + tan(sigma)' is no function",
            })
    void whatACaseAsksForAndAirfoilDoesNotHaveIsNoFailure(String kind, String config, String reason) {
        String json = config.replace('`', '"');
        Case golden = new Case(
                        kind,
                        kind.equals("optimizer")
                                ? json.replace("}", ", \"loss\": \"sum_k |p_k - target_k|^2\"}")
                                : json)
                .floats("in.a", new float[2], 2)
                .floats("in.b", new float[2], 2)
                .floats("in.x", new float[2], 1, 1, 2, 1)
                .floats("in.q", new float[2], 1, 1, 2, 1)
                .floats("in.weight", new float[2], 2, 1)
                .floats("in.A", new float[1], 1, 1)
                .ints("in.ids", new int[1], 1)
                .floats("out.main", new float[2], 2)
                .floats("out.sigmas", new float[] {1, 0}, 2);
        assertThat(line(golden.save(folder, "case"))).startsWith("skipped").contains(reason);
    }

    @Test
    void whatIsExpectedAndNotComparedIsNoSuccess() {
        assertThat(line(Case.good().floats("out.lse", new float[1], 1).save(folder, "more")))
                .startsWith("skipped")
                .endsWith("Airfoil does not compute out.lse of such a case");
    }

    @Test
    void settingsHaveTheirUsualNames() {
        Case sum = new Case("op", "{\"op\": \"mse_sum\", \"reduction\": \"sum\"}")
                .floats("in.a", new float[] {1, 2}, 2)
                .floats("in.b", new float[] {0, 0}, 2)
                .floats("out.main", new float[] {5});
        assertThat(line(sum.save(folder, "sum"))).startsWith("ok");
        Case transposed = new Case("op", "{\"op\": \"matmul_transposed\", \"transpose_b\": true}")
                .floats("in.a", new float[] {1, 2}, 1, 2)
                .floats("in.b", new float[] {3, 4}, 1, 2)
                .floats("out.main", new float[] {11}, 1, 1);
        assertThat(line(transposed.save(folder, "transposed"))).startsWith("ok");
        Case axes = new Case("op", "{\"op\": \"layer_norm\", \"eps\": 0, \"normalized_shape\": [2, 2]}")
                .floats("in.x", new float[] {1, 3, 3, 1}, 1, 2, 2)
                .floats("out.main", new float[] {-1, 1, 1, -1}, 1, 2, 2);
        assertThat(line(axes.save(folder, "axes"))).startsWith("ok");
        Case tokens = new Case("op", "{\"op\": \"modulate\", \"eps\": 0}")
                .floats("in.x", new float[] {1, 3, 3, 1}, 1, 2, 2)
                .floats("in.shift", new float[] {0, 0, 5, 5}, 1, 2, 2)
                .floats("in.scale", new float[] {0, 0, 1, 1}, 1, 2, 2)
                .floats("out.main", new float[] {-1, 1, 7, 3}, 1, 2, 2);
        assertThat(line(tokens.save(folder, "tokens"))).startsWith("ok");
        Case epilogue = new Case("op", "{\"op\": \"linear_relu\"}")
                .floats("in.x", new float[] {1}, 1, 1)
                .floats("in.weight", new float[] {-2, 2}, 2, 1)
                .floats("out.main", new float[] {0, 2}, 1, 2);
        assertThat(line(epilogue.save(folder, "epilogue"))).startsWith("ok");
        Case mask = new Case("op", "{\"op\": \"attention\"}")
                .floats("in.q", new float[] {1}, 1, 1, 1, 1)
                .floats("in.k", new float[] {1, 2}, 1, 1, 2, 1)
                .floats("in.v", new float[] {3, 4}, 1, 1, 2, 1)
                .floats("in.mask", new float[] {1, 0}, 1, 1, 1, 2)
                .floats("out.main", new float[] {3}, 1, 1, 1, 1);
        assertThat(line(mask.save(folder, "mask"))).startsWith("ok");
        Case betas = new Case(
                        "optimizer",
                        "{\"optimizer\": \"adamw\", \"lr\": 0.1, \"betas\": [0, 0], \"weight_decay\": 0,"
                                + " \"loss\": \"sum_k |p_k - target_k|^2 at step s = 1..2\"}")
                .floats("in.p", new float[] {1}, 1)
                .floats("in.target.p", new float[] {0}, 1)
                .floats("out.step2.p", new float[] {0.8f}, 1);
        assertThat(line(betas.save(folder, "betas"))).startsWith("ok");
        Case field = new Case("sampler", "{\"sampler\": \"euler\", \"field\": \"-x A^T + sigma^2 - 1\"}")
                .floats("in.A", new float[] {1}, 1, 1)
                .floats("in.x", new float[] {2, 4}, 1, 2, 1)
                .floats("out.sigmas", new float[] {1.0000001f, 0.5f, 0}, 3)
                .floats("out.main", new float[] {4.5f + 0.375f, 9 + 0.375f}, 1, 2, 1);
        assertThat(line(field.save(folder, "field"))).startsWith("ok");
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
