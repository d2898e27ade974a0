package dev.airfoil.cli;

import dev.airfoil.pipeline.ContactSheet;
import dev.airfoil.pipeline.ContactSheet.Cell;
import dev.airfoil.pipeline.ContactSheet.Section;
import dev.airfoil.pipeline.ImageSize;
import dev.airfoil.pipeline.RgbImage;
import dev.airfoil.pipeline.TextToImage;
import dev.airfoil.samplers.StepListener;
import dev.airfoil.tensor.TensorException;
import dev.airfoil.tensor.Version;
import dev.airfoil.tensor.io.Reason;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code airfoil sheet}. */
@Command(
        name = "sheet",
        description = "Paints many prompts and puts them on one PNG with labels.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class SheetCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "PROMPTS",
            description =
                    "A text file with a prompt on each line; a line that begins with # is a title for those below "
                            + "it.")
    private Path prompts;

    @Option(
            names = {"-o", "--out"},
            paramLabel = "FILE",
            required = true,
            description = "The PNG.")
    private Path out;

    @Option(
            names = "--columns",
            paramLabel = "N",
            defaultValue = "6",
            description = "Pictures beside each other. Default: ${DEFAULT-VALUE}.")
    private int columns;

    @Option(
            names = "--scale",
            paramLabel = "N",
            defaultValue = "4",
            description = "Each pixel becomes a square of this side. Default: ${DEFAULT-VALUE}.")
    private int scale;

    @Mixin
    private SamplingOptions sampling;

    /** Prompts under a title. */
    record Group(String title, List<String> prompts) {}

    @Override
    public Integer call() {
        PrintWriter err = spec.commandLine().getErr();
        ContactSheet sheet = new ContactSheet(columns, scale);
        List<Group> groups = groups(read());
        int total = groups.stream().mapToInt(g -> g.prompts().size()).sum();
        OutputFiles.require(out);
        try (Interruption interruption = new Interruption(err, "no sheet was written");
                TextToImage model = sampling.open(err);
                ProgressLine line = new ProgressLine(err, ProgressLine.isTerminal())) {
            // Where the sheet cannot be drawn, nothing needs to be painted.
            ImageSize own = ImageSize.square(model.info().imageSize());
            RgbImage blank = blank(sampling.request("blank", 1).size().orElse(own));
            sheet.drawSections(sections(groups, _ -> blank));
            AtomicInteger done = new AtomicInteger();
            RgbImage drawn = sheet.drawSections(sections(groups, prompt -> {
                int before = done.getAndIncrement();
                return model.generate(sampling.request(prompt, 1), progress -> {
                            line.update((before + progress.fraction()) / total, prompt);
                            return StepListener.Answer.CONTINUE;
                        })
                        .getFirst()
                        .picture();
            }));
            Map<String, String> texts = Map.of("Software", "Airfoil " + Version.current());
            interruption.write(() -> drawn.writePng(out, texts), "the sheet is written");
        }
        spec.commandLine().getOut().println(out + "  (" + total + " pictures)");
        return 0;
    }

    /** The sections of a sheet, with the picture of each prompt. */
    private static List<Section> sections(List<Group> groups, Function<String, RgbImage> picture) {
        List<Section> sections = new ArrayList<>();
        for (Group group : groups) {
            List<Cell> cells = new ArrayList<>();
            group.prompts().forEach(prompt -> cells.add(new Cell(picture.apply(prompt), prompt)));
            sections.add(new Section(group.title(), cells));
        }
        return sections;
    }

    /** What stands for a picture that is not painted yet. */
    private static RgbImage blank(ImageSize size) {
        long bytes = 3 * size.pixels();
        if (bytes > Integer.MAX_VALUE) {
            throw new TensorException(
                    "an image of " + size + " has more pixels than a picture can: choose a smaller size");
        }
        return RgbImage.of(size.width(), size.height(), new byte[(int) bytes]);
    }

    private List<String> read() {
        try {
            // Some editors put a mark before a text in UTF-8.
            return Files.readString(prompts).replaceFirst("^\uFEFF", "").lines().toList();
        } catch (IOException e) {
            throw new TensorException("cannot read " + prompts + ": " + Reason.of(e), e);
        }
    }

    /** The prompts of a file's lines. */
    static List<Group> groups(List<String> lines) {
        List<Group> groups = new ArrayList<>(List.of(new Group("", new ArrayList<>())));
        for (String line : lines) {
            if (line.startsWith("#")) {
                groups.add(new Group(line.substring(1).strip(), new ArrayList<>()));
            } else if (!line.isBlank()) {
                groups.getLast().prompts().add(line.strip());
            }
        }
        groups.removeIf(g -> g.prompts().isEmpty());
        if (groups.isEmpty()) {
            throw new TensorException("there is no prompt in the file: write one on each line");
        }
        return groups;
    }
}
