package dev.airfoil.cli;

import dev.airfoil.train.StopSignal;
import dev.airfoil.train.data.BuildReport;
import dev.airfoil.train.data.EmojiBuilder;
import dev.airfoil.train.data.FolderSource;
import dev.airfoil.train.data.Licence;
import dev.airfoil.train.data.Progress;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.function.Function;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code airfoil data}. */
@Command(
        name = "data",
        description = "Makes image sets with captions, which 'airfoil train' learns from.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
final class DataCommand implements Runnable {
    private static final int SKIPS_SHOWN = 5;
    /** For the picture that is being drawn; a download is not waited for. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "say what to make a set of: emoji or folder");
    }

    @Command(
            name = "emoji",
            description = "Emoji in several styles with captions, out of npm packages that are fetched once.",
            mixinStandardHelpOptions = true,
            sortOptions = false)
    int emoji(
            @Option(
                            names = {"-o", "--out"},
                            paramLabel = "FOLDER",
                            defaultValue = "data/emoji",
                            description = "Where to put the set. Default: ${DEFAULT-VALUE}.")
                    Path out,
            @Option(
                            names = "--size",
                            paramLabel = "N",
                            defaultValue = "32",
                            description = "Side of the pictures in pixels. Default: ${DEFAULT-VALUE}.")
                    int size,
            @Option(
                            names = "--licence",
                            paramLabel = "ID",
                            split = ",",
                            defaultValue = "MIT,Apache-2.0",
                            description = "Licences of art to use: MIT, Apache-2.0, CC-BY-4.0, CC-BY-SA-4.0. Default: "
                                    + "${DEFAULT-VALUE}, which set no conditions on what is trained with it.")
                    List<String> licences) {
        Set<Licence> chosen = licences.stream().map(Licence::ofSpdx).collect(Collectors.toSet());
        return build(progress -> EmojiBuilder.build(out, size, chosen, progress));
    }

    @Command(
            name = "folder",
            description = {
                "Your own pictures with captions.",
                "A folder of PNG, JPEG, GIF or BMP files, each with a .txt of captions beside it, or a .jsonl whose lines "
                        + "hold \"file\" and \"caption\"."
            },
            mixinStandardHelpOptions = true,
            sortOptions = false)
    int folder(
            @Parameters(paramLabel = "IMAGES", description = "The folder, or the .jsonl.") Path images,
            @Option(
                            names = {"-o", "--out"},
                            paramLabel = "FOLDER",
                            required = true,
                            description = "Where to put the set.")
                    Path out,
            @Option(
                            names = "--size",
                            paramLabel = "N",
                            defaultValue = "32",
                            description = "Side of the pictures in pixels: each is cropped to a square and resized. "
                                    + "Default: ${DEFAULT-VALUE}.")
                    int size) {
        return build(progress -> FolderSource.build(images, out, size, progress));
    }

    private int build(Function<Progress, BuildReport> work) {
        PrintWriter err = spec.commandLine().getErr();
        try (StopSignal stop = StopSignal.onInterrupt(PATIENCE)) {
            BuildReport report;
            try (ProgressLine line = new ProgressLine(err, ProgressLine.isTerminal())) {
                report = work.apply((done, total, note) -> {
                    if (stop.isAsked()) {
                        throw new CancellationException();
                    }
                    line.update(done / (double) Math.max(1, total), note);
                });
            } catch (CancellationException _) {
                // Before the signal is closed: then the virtual machine ends.
                err.println("airfoil: stopped; no set was made, and one that stood there is untouched");
                return Failures.INTERRUPTED;
            }
            say(report);
            return 0;
        }
    }

    private void say(BuildReport report) {
        PrintWriter console = spec.commandLine().getOut();
        console.println(report.folder() + ": " + report.pairs() + " pictures of " + report.concepts() + " concepts, "
                + report.heldOut() + " pictures held out, " + report.skipped().size() + " skipped");
        report.skipped().stream().limit(SKIPS_SHOWN).forEach(skip -> console.println("  skipped " + skip));
        if (report.skipped().size() > SKIPS_SHOWN) {
            console.println("  and " + (report.skipped().size() - SKIPS_SHOWN) + " more");
        }
    }
}
