package dev.airfoil.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.airfoil.tensor.Backend;
import dev.airfoil.tensor.BackendProvider;
import dev.airfoil.tensor.Backends;
import dev.airfoil.tensor.TensorException;
import java.awt.image.BufferedImage;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Runs in processes that are interrupted or have no room on the disk. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "needs signals and limits of a POSIX shell")
class RoughHandlingTest {
    @TempDir
    private Path folder;

    private Path set;

    @BeforeEach
    void makeSet() {
        set = Tiny.set(folder.resolve("set"), 11);
        Tiny.texts(set);
    }

    @Test
    void anInterruptedRunSavesAndGoesOnToTheSameBits() throws IOException, InterruptedException {
        RunSettings parts = Tiny.settings(set, folder.resolve("parts"), 1_000_000);
        Process child = child("exec", parts);
        List<String> said = new ArrayList<>();
        try (BufferedReader lines = child.inputReader()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                said.add(line);
                if (line.equals("step 2")) {
                    assertInUse(parts);
                    // A polite kill and Ctrl-C end a virtual machine in the same way.
                    child.toHandle().destroy();
                }
            }
        }
        child.waitFor();
        assertThat(said).last().isEqualTo("ended STOPPED");
        long reached;
        try (Checkpoint checkpoint = Checkpoint.open(parts.checkpoint())) {
            reached = checkpoint.step();
        }
        assertThat(reached).isGreaterThanOrEqualTo(2);

        RunSettings straight = Tiny.settings(set, folder.resolve("straight"), reached + 2);
        RunSettings rest = Tiny.settings(set, folder.resolve("parts"), reached + 2);
        try (Backend backend = Backends.open("reference", BackendProvider.Options.DEFAULT)) {
            Training.start(Tiny.config(), straight, backend, TrainListener.NONE, new StopSignal());
            Training.resume(Optional.empty(), rest, backend, TrainListener.NONE, new StopSignal());
        }
        assertThat(Files.mismatch(straight.checkpoint(), rest.checkpoint())).isEqualTo(-1);
    }

    private static void assertInUse(RunSettings run) {
        try (Backend backend = Backends.open("reference", BackendProvider.Options.DEFAULT)) {
            assertThatThrownBy(() -> Training.start(Tiny.config(), run, backend, TrainListener.NONE, new StopSignal()))
                    .isInstanceOf(TensorException.class)
                    .hasMessage(run.out() + " is in use: another run trains there; wait for its end");
        }
    }

    @Test
    void aFullDiskIsOneSentenceAndLosesNothing() throws IOException, InterruptedException {
        RunSettings run = Tiny.settings(set, folder.resolve("run"), 2);
        try (Backend backend = Backends.open("reference", BackendProvider.Options.DEFAULT)) {
            Training.start(Tiny.config(), run, backend, TrainListener.NONE, new StopSignal());
        }
        byte[] before = Files.readAllBytes(run.checkpoint());

        // No file may grow beyond 16 blocks, which the metrics fit into and the checkpoint does not.
        Process child = child("ulimit -f 16; exec", Tiny.settings(set, run.out(), 4));
        String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        child.waitFor();

        assertThat(said).contains("step 4").contains("failed cannot write " + run.checkpoint());
        assertThat(Files.readAllBytes(run.checkpoint())).isEqualTo(before);
        try (Stream<Path> files = Files.list(run.out())) {
            assertThat(files.map(f -> f.getFileName().toString()))
                    .containsExactlyInAnyOrder(
                            "checkpoint.safetensors", "model.safetensors", "metrics.jsonl", "run.lock");
        }
    }

    @Test
    void aSetThatDoesNotFitTheDiskLeavesNothingBehind() throws IOException, InterruptedException {
        Path images = Files.createDirectory(folder.resolve("images"));
        for (String name : List.of("a", "b")) {
            ImageIO.write(
                    new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB),
                    "png",
                    images.resolve(name + ".png").toFile());
            Files.writeString(images.resolve(name + ".txt"), name);
        }
        Process child = child(
                "ulimit -f 16; exec", images.toString(), folder.resolve("new").toString());
        String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        child.waitFor();

        assertThat(said).contains("failed cannot make an image set of " + images);
        assertThat(folder.toFile().list()).containsExactlyInAnyOrder("set", "images");
    }

    private Process child(String how, RunSettings settings) throws IOException {
        return child(how, set.toString(), settings.out().toString(), Long.toString(settings.steps()));
    }

    private static Process child(String how, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("bash", "-c", how + " \"$@\"", "bash"));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:-UsePerfData", "--add-modules", "jdk.incubator.vector"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), ChildRun.class.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }
}
