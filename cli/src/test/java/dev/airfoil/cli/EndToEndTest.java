package dev.airfoil.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.airfoil.pipeline.ModelFile;
import dev.airfoil.pipeline.Png;
import dev.airfoil.tensor.BackendProvider.Availability;
import dev.airfoil.tensor.Backends;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The whole way through the command line: pictures, a set, a training that is interrupted, a picture. */
class EndToEndTest {
    @TempDir
    Path folder;

    private String airfoil(int code, String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int found = Main.run(new PrintWriter(out, true), new PrintWriter(err, true), args);
        assertThat(found).as(String.join(" ", args) + "\n" + out + err).isEqualTo(code);
        return out.toString() + err;
    }

    private static String[] with(String[] args, String... more) {
        return Stream.of(args, more).flatMap(Stream::of).toArray(String[]::new);
    }

    private String at(String name) {
        return folder.resolve(name).toString();
    }

    @Test
    void fromPicturesToAPicture() throws IOException {
        pictures();
        assertThat(airfoil(0, "data", "folder", at("pictures"), "-o", at("set"), "--size", "8"))
                .contains("12 pictures of 12 concepts", "1 skipped", "skipped broken.png");

        train("run", 2, "--guidance", "5");
        assertThat(airfoil(1, trainArgs("run", 2))).contains("holds a run already; resume it");
        assertThat(airfoil(0, "train", at("set"), "-o", at("run"), "--resume"))
                .contains("The run in " + at("run") + " has done its 2 steps; it goes on with a larger --steps");
        assertThat(airfoil(0, "train", at("set"), "-o", at("run"), "--steps", "4", "--resume"))
                .contains("steps 3 to 4", "Done after step 4");
        assertThat(airfoil(0, "train", at("set"), "-o", at("run"), "--steps", "5", "--resume", "--precision", "mixed"))
                .contains("steps 5 to 5", "Done after step 5");
        try (ModelFile saved = ModelFile.open(folder.resolve("run/model.safetensors"))) {
            assertThat(saved.info().guidance())
                    .as("of the run that was resumed")
                    .isEqualTo(5);
        }
        assertThat(folder.resolve("run/metrics.jsonl")).exists();

        String model = at("run/model.safetensors");
        assertThat(airfoil(
                        0,
                        "generate",
                        "a",
                        "red",
                        "square",
                        "-m",
                        model,
                        "-o",
                        at("x.png"),
                        "--steps",
                        "2",
                        "-c",
                        "2",
                        "--batch",
                        "1"))
                .contains("x-0.png  (seed 0)", "x-1.png  (seed 1)");
        assertThat(Png.texts(folder.resolve("x-1.png")))
                .containsEntry("prompt", "a red square")
                .containsEntry("seed", "1")
                .containsEntry("model", "run");
        BufferedImage picture = ImageIO.read(folder.resolve("x-1.png").toFile());
        assertThat(picture.getWidth()).isEqualTo(8);

        String one = airfoil(0, "generate", "a red square", "-m", model, "-o", at("y.png"), "--steps", "2", "-s", "1");
        assertThat(one).contains("y.png  (seed 1)");
        assertThat(pixels("y.png")).isEqualTo(pixels("x-1.png"));
        String rounded = at("rounded.png");
        assertThat(airfoil(0, "generate", "a red square", "-m", model, "-o", rounded, "--precision", "mixed"))
                .contains("rounded.png  (seed 0)");

        assertThat(airfoil(1, "generate", "a red square", "-m", model, "-o", at("y.png"), "--size", "9"))
                .contains("width and height must be multiples of 4, for example 12x12");
        assertThat(airfoil(0, "generate", "red ".repeat(40), "-m", model, "-o", at("z.png"), "--steps", "1"))
                .contains("Note: the prompt is longer than the 24 tokens");
        Path prompts = Files.writeString(folder.resolve("prompts.txt"), "\uFEFF# Seen\na red square\na blue square\n");
        String[] sheet = {"sheet", prompts.toString(), "-m", model, "-o", at("sheet.png")};
        assertThat(airfoil(0, with(sheet, "--steps", "1", "--columns", "2"))).contains("(2 pictures)");
        assertThat(ImageIO.read(folder.resolve("sheet.png").toFile()).getWidth())
                .isEqualTo(8 + 2 * (32 + 8));
        // The first picture would say that 9 pixels cannot be cut into patches: the sheet is looked at before.
        for (String size : List.of("9", "99999")) {
            assertThat(airfoil(1, with(sheet, "--size", size, "--scale", "10000")))
                    .contains("has more pixels than a picture can");
        }
        assertThat(folder.toFile().list()).noneMatch(name -> name.contains(".tmp-"));
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "needs the signals of POSIX")
    void ctrlCSavesAndEnds() throws IOException, InterruptedException {
        pictures();
        airfoil(0, "data", "folder", at("pictures"), "-o", at("set"), "--size", "8");
        Process child = interruptible(trainArgs("run", 1_000_000));
        List<String> said = new ArrayList<>();
        try (BufferedReader lines = child.inputReader()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                said.add(line);
                if (line.startsWith("step 2 of")) {
                    interrupt(child);
                }
            }
        }

        assertThat(child.waitFor()).as(String.join("\n", said)).isEqualTo(130);
        assertThat(said).last().asString().startsWith("Stopped after step ").endsWith(at("run/model.safetensors"));
        long reached = Long.parseLong(said.getLast().replaceAll("Stopped after step (\\d+),.*", "$1"));
        String next = Long.toString(reached + 1);
        assertThat(airfoil(0, "train", at("set"), "-o", at("run"), "--steps", next, "--resume"))
                .contains("steps " + next + " to " + next, "Done after step " + next);
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "needs the signals of POSIX")
    void ctrlCLeavesNoHalfSetAndSaysSo() throws IOException, InterruptedException {
        pictures();
        Process child = interruptible("data", "folder", at("pictures"), "-o", at("set"), "--size", "4096");
        while (child.isAlive() && folder.toFile().list().length == 1) {
            Thread.sleep(10);
        }
        interrupt(child);
        assertThat(child.inputReader().readAllAsString())
                .endsWith("airfoil: stopped; no set was made, and one that stood there is untouched\n");
        assertThat(child.waitFor()).isEqualTo(130);
        assertThat(folder.toFile().list()).containsExactly("pictures");
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "needs the signals of POSIX")
    void ctrlCInTheDoctorIsSaid() throws IOException, InterruptedException {
        Process child = interruptible("doctor");
        try (BufferedReader lines = child.inputReader()) {
            assertThat(lines.lines().anyMatch(line -> line.startsWith("airfoil ")))
                    .isTrue();
            interrupt(child);
            assertThat(lines.lines()).contains("airfoil: stopped; not all was looked at");
        }
        assertThat(child.waitFor()).isEqualTo(130);
    }

    /** Ctrl-C is the signal INT, which a shell hides from what it starts in the background: env shows it again. */
    private static Process interruptible(String... args) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("env", "--default-signal=INT"));
        assumeThat(endsWell(command, "true")).as("env can restore a signal").isTrue();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("--add-modules", "jdk.incubator.vector", "-cp", System.getProperty("java.class.path")));
        command.add(Main.class.getName());
        command.addAll(List.of(args));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    private static void interrupt(Process child) throws IOException, InterruptedException {
        assertThat(endsWell(List.of("kill", "-s", "INT"), Long.toString(child.pid())))
                .isTrue();
    }

    /**
     * Training and painting whole on a device: the same seeds make the same batches and noise, so nearly the same
     * picture.
     */
    @Test
    void anOpenClDeviceTrainsAndPaintsAsTheCpuDoes() throws IOException {
        Backends.present().forEach((provider, availability) -> {
            if (availability instanceof Availability.Unavailable(String reason)) {
                assumeThat(provider.name()).as(reason).isNotEqualTo("opencl");
            }
        });
        pictures();
        airfoil(0, "data", "folder", at("pictures"), "-o", at("set"), "--size", "8");
        for (String backend : List.of("cpu", "opencl")) {
            train(backend, 3, "--backend", backend);
            String model = at(backend + "/model.safetensors");
            for (String painter : List.of("cpu", "opencl")) {
                String name = backend + "-" + painter + ".png";
                airfoil(
                        0,
                        "generate",
                        "a red square",
                        "-m",
                        model,
                        "-o",
                        at(name),
                        "--steps",
                        "2",
                        "--backend",
                        painter);
                near(pixels(name), pixels("cpu-cpu.png"));
            }
        }
    }

    /** Each channel of each pixel within 2 of 255. */
    private static void near(List<Integer> ours, List<Integer> theirs) {
        for (int i = 0; i < theirs.size(); i++) {
            Color a = new Color(ours.get(i));
            Color b = new Color(theirs.get(i));
            int most = Math.max(
                    Math.abs(a.getRed() - b.getRed()),
                    Math.max(Math.abs(a.getGreen() - b.getGreen()), Math.abs(a.getBlue() - b.getBlue())));
            assertThat(most).as("difference of %s to %s at pixel %d", a, b, i).isLessThanOrEqualTo(2);
        }
    }

    private static boolean endsWell(List<String> command, String argument) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(command);
        all.add(argument);
        return new ProcessBuilder(all).inheritIO().start().waitFor() == 0;
    }

    private void train(String run, int steps, String... more) {
        List<String> args = new ArrayList<>(List.of(trainArgs(run, steps)));
        args.addAll(List.of(more));
        assertThat(airfoil(0, args.toArray(String[]::new)))
                .contains("parameters", "step 1 of " + steps + "  loss", "images/s", "Done after step " + steps);
    }

    private String[] trainArgs(String run, int steps) {
        List<String> args = new ArrayList<>(List.of("train", at("set"), "-o", at(run)));
        args.addAll(List.of("--steps", Integer.toString(steps), "--layers", "1", "--dim", "16", "--heads", "2"));
        args.addAll(List.of("--batch", "4", "--log-every", "1", "--sharing", "full", "--lr", "0.001"));
        return args.toArray(String[]::new);
    }

    private List<Integer> pixels(String name) throws IOException {
        BufferedImage image = ImageIO.read(folder.resolve(name).toFile());
        List<Integer> pixels = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            pixels.add(image.getRGB(i % 8, i / 8));
        }
        return pixels;
    }

    private void pictures() throws IOException {
        Path images = Files.createDirectory(folder.resolve("pictures"));
        List<Color> colors = List.of(Color.RED, Color.BLUE, Color.GREEN, Color.BLACK);
        List<String> names = List.of("red", "blue", "green", "black");
        for (int i = 0; i < 12; i++) {
            BufferedImage image = new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB);
            Graphics2D g = image.createGraphics();
            g.setColor(colors.get(i % 4));
            g.fillRect(i % 3, 2, 10, 10);
            g.dispose();
            ImageIO.write(image, "png", images.resolve(i + ".png").toFile());
            Files.writeString(images.resolve(i + ".txt"), "a " + names.get(i % 4) + " square");
        }
        Files.writeString(images.resolve("broken.png"), "no picture");
        Files.writeString(images.resolve("broken.txt"), "a square that does not decode");
    }
}
