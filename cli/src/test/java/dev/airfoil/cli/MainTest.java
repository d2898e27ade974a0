package dev.airfoil.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.airfoil.train.AdamW;
import dev.airfoil.train.TrainConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest {
    @TempDir
    Path folder;

    /** What a command said and gave. */
    private record Result(int code, String out, String err) {}

    private static Result airfoil(String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = Main.run(new PrintWriter(out, true), new PrintWriter(err, true), args);
        return new Result(code, out.toString(), err.toString());
    }

    @Test
    void helpNamesEveryCommand() {
        Result help = airfoil("--help");
        assertThat(help.code()).isZero();
        assertThat(help.err()).isEmpty();
        assertThat(help.out()).contains("generate", "sheet", "train", "data", "check", "bench", "doctor", "Exit codes");
    }

    @ParameterizedTest
    @ValueSource(strings = {"generate", "sheet", "train", "data", "check", "bench", "doctor"})
    void everyCommandExplainsItself(String command) {
        Result help = airfoil(command, "--help");
        assertThat(help.code()).isZero();
        assertThat(help.out()).contains("Usage: airfoil " + command, "--verbose");
    }

    @ParameterizedTest
    @ValueSource(strings = {"generate", "sheet", "train", "check", "bench", "doctor"})
    void everyCommandThatComputesTakesThreads(String command) {
        assertThat(airfoil(command, "--help").out()).contains("--threads");
    }

    @Test
    void trainTellsTheDefaultsThatItHas() {
        String help = airfoil("train", "--help").out().replaceAll("\\s+", " ");
        TrainConfig config = TrainConfig.small();
        assertThat(help)
                .contains("Blocks. Default: " + config.model().layers() + ".")
                .contains("Width of a token. Default: " + config.model().dim() + ".")
                .contains("must be a multiple of 4. Default: " + config.model().heads() + ".")
                .contains("that makes a token. Default: " + config.model().patch() + ".")
                .contains("FULL. Default: " + config.model().sharing() + ".")
                .contains("Learning rate. Default: " + config.optimizer().rate() + ".")
                .contains("Pictures a step. Default: " + config.batch() + ".")
                .contains("to save memory. Default: " + config.microBatches() + ".")
                .contains("learning rate rises. Default: " + config.warmup() + ".")
                .contains("keep each step. Default: " + config.emaDecay() + ".")
                .contains("Of everything random. Default: " + config.seed() + ".");
        assertThat(config.optimizer()).as("adamw").isInstanceOf(AdamW.class);
        assertThat(config.clip()).as("any norm").isEmpty();
    }

    @Test
    void theCommandsOfDataExplainThemselves() {
        assertThat(airfoil("data", "emoji", "--help").out()).contains("Usage: airfoil data emoji", "--licence");
        assertThat(airfoil("data", "folder", "--help").out()).contains("Usage: airfoil data folder", "IMAGES");
    }

    @Test
    void whatADamagedFileHoldsStaysOnOneLine() throws IOException {
        byte[] header =
                ("{\"a\\n\\u001b[2Jb\":{\"dtype\":\"" + "X".repeat(9999) + "\"}}").getBytes(StandardCharsets.UTF_8);
        ByteBuffer file = ByteBuffer.allocate(8 + header.length).order(ByteOrder.LITTLE_ENDIAN);
        Path model = Files.write(
                folder.resolve("m.safetensors"),
                file.putLong(header.length).put(header).array());
        Result result = airfoil("generate", "a fish", "--model", model.toString(), "--backend", "reference");
        assertThat(result.code()).isEqualTo(1);
        assertThat(result.err().strip())
                .startsWith("airfoil: " + model + ": tensor 'a [2Jb' has the unknown dtype 'XXX")
                .endsWith(" ...")
                .hasSizeLessThan(2100);
    }

    @Test
    void benchWithoutItsMeasuringPartSaysHowToStartIt() {
        Result result = airfoil("bench", "gemm");
        assertThat(result.code()).isEqualTo(1);
        assertThat(result.err()).contains("start this command as ./airfoil bench");
        assertThat(airfoil("bench", "--seconds", "0").err()).contains("--seconds 0.0 must be more than 0");
    }

    @Test
    void theVersionNamesJavaToo() {
        assertThat(airfoil("--version").out()).startsWith("airfoil ").contains("Java " + Runtime.version());
    }

    @Test
    void aWrongCommandLineIsASentenceAndASuggestion() {
        assertThat(airfoil().err()).startsWith("airfoil: a command is missing").contains("See airfoil --help");
        assertThat(airfoil().code()).isEqualTo(2);
        assertThat(airfoil("generat", "apple").err()).contains("'generat'; did you mean generate?");
        assertThat(airfoil("generate", "apple", "--stepz", "3").err())
                .contains("there is no option '--stepz'; did you mean --steps?");
        assertThat(airfoil("generate", "--count", "many", "apple").err()).contains("'--count'", "'many'");
        assertThat(airfoil("generate", "apple", "--size", "huge").err()).contains("'huge' is no image size");
        assertThat(airfoil("generate", "apple", "--sampler", "magic").err())
                .contains("no sampler 'magic'; there are heun-sde, heun, euler");
        assertThat(airfoil("train", "set", "-o", "run", "--lr", "1", "--dim", "8", "--lr", "2")
                        .err())
                .startsWith("airfoil: --lr should be given only once");
        assertThat(airfoil("generate").err()).contains("PROMPT");
        assertThat(airfoil("generate").code()).isEqualTo(2);
        assertThat(airfoil("generate", "-5 degrees").err()).contains("'PROMPT'; what begins with - but is no option");
        assertThat(airfoil("data").err()).contains("emoji or folder");
        assertThat(airfoil("check").code()).isEqualTo(2);
    }

    @Test
    void whatCannotBeDoneIsASentence() {
        assertThat(airfoil("generate", " ").err())
                .isEqualTo("airfoil: the prompt is empty: say what the picture shows," + " as \"a red apple\""
                        + System.lineSeparator());
        assertThat(airfoil("generate", " ").code()).isEqualTo(1);
        String nowhere = folder.resolve("no/where.png").toString();
        assertThat(airfoil("generate", "apple", "-o", nowhere).err()).contains("there is no folder");
        assertThat(airfoil("generate", "apple", "-o", folder.resolve("a.gif").toString())
                        .err())
                .contains("Airfoil writes PNG files");
        String out = folder.resolve("a.png").toString();
        assertThat(airfoil(
                                "generate",
                                "apple",
                                "-o",
                                out,
                                "-m",
                                folder.resolve("none.safetensors").toString())
                        .err())
                .contains("none.safetensors")
                .doesNotContain("\tat ");
        assertThat(airfoil("check", folder.resolve("none").toString()).err()).contains("there is no file or folder");
        assertThat(airfoil("check", folder.toString(), "--backend", "abacus").code())
                .isEqualTo(1);
        assertThat(airfoil("train", folder.toString(), "-o", out, "--preset", "air-m")
                        .err())
                .contains("there is no preset 'air-m'; there are air-s");
        assertThat(airfoil("train", folder.toString(), "-o", out, "--resume", "--lr", "1")
                        .err())
                .contains("a run that is resumed keeps its configuration");
        assertThat(airfoil("train", folder.toString(), "-o", out, "--threads", "9999")
                        .err())
                .contains("threads is 9999; it must be 1 to 1024");
        assertThat(airfoil("train", folder.toString(), "-o", out, "--guidance", "Infinity")
                        .err())
                .contains("guidance Infinity must be 0 or more");
        assertThat(airfoil("sheet", folder.resolve("none.txt").toString(), "-o", out)
                        .err())
                .contains("none.txt: it does not exist");
        assertThat(airfoil("data", "emoji", "--licence", "GPL", "-o", out).err())
                .contains("GPL");
    }

    @Test
    void anArgumentThatBeginsWithAtIsNoFileOfArguments() throws IOException {
        Path file = Files.writeString(folder.resolve("arguments"), "--nonsense");
        assertThat(airfoil("check", "@" + file).err()).contains("there is no file or folder @" + file);
    }

    @Test
    void verboseShowsWhere() {
        Result quiet = airfoil("generate", " ");
        assertThat(quiet.err()).doesNotContain("\tat ");
        Result verbose = airfoil("generate", " ", "--verbose");
        assertThat(verbose.err()).contains("the prompt is empty", "\tat dev.airfoil.pipeline.GenerationRequest");
    }

    @Test
    void checkCountsAndFails() throws IOException {
        Path text = Files.writeString(folder.resolve("bad.safetensors"), "hello");
        Result result = airfoil("check", text.toString(), "--backend", "reference");
        assertThat(result.code()).isEqualTo(1);
        assertThat(result.out()).startsWith("FAIL").endsWith("0 passed, 1 failed, 0 skipped" + System.lineSeparator());
    }

    @Test
    void theDoctorNamesWhatItFinds() {
        Result result = airfoil("doctor", "--backend", "reference");
        assertThat(result.out())
                .contains(System.getProperty("java.home"), "cores ", "memory ", "backend reference", "GFLOP/s");
    }
}
