package dev.airfoil.cli;

import dev.airfoil.pipeline.GeneratedImage;
import dev.airfoil.pipeline.GenerationRequest;
import dev.airfoil.pipeline.TextToImage;
import dev.airfoil.samplers.StepListener;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code airfoil generate}. */
@Command(
        name = "generate",
        description = "Turns a prompt into PNG files, which carry prompt and settings as text.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {"", "Example: airfoil generate \"a red apple, Noto style\" -o apple.png"})
final class GenerateCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(arity = "1..*", paramLabel = "PROMPT", description = "What the picture shows.")
    private List<String> prompt;

    @Option(
            names = {"-o", "--out"},
            paramLabel = "FILE",
            description = "The PNG, or a folder. Several pictures are numbered. Default: named after the prompt.")
    private Optional<Path> out;

    @Option(
            names = {"-c", "--count"},
            paramLabel = "N",
            defaultValue = "1",
            description = "Number of pictures. Default: ${DEFAULT-VALUE}.")
    private int count;

    @Mixin
    private SamplingOptions sampling;

    @Override
    public Integer call() {
        PrintWriter err = spec.commandLine().getErr();
        GenerationRequest request = sampling.request(String.join(" ", prompt), count);
        // Where nothing can be written, nothing needs to be painted.
        List<Path> files = OutputFiles.of(out, request);
        long began = System.nanoTime();
        List<GeneratedImage> images;
        try (TextToImage model = sampling.open(err);
                ProgressLine line = new ProgressLine(err, ProgressLine.isTerminal())) {
            images = model.generate(request, progress -> {
                line.update(progress.fraction(), "step " + progress.step() + " of " + progress.steps());
                return StepListener.Answer.CONTINUE;
            });
        }
        images.getFirst().warnings().forEach(warning -> err.println("Note: " + warning));
        for (int i = 0; i < images.size(); i++) {
            images.get(i).write(files.get(i));
            spec.commandLine()
                    .getOut()
                    .println(files.get(i) + "  (seed " + images.get(i).seed() + ")");
        }
        spec.commandLine().getOut().println(String.format(Locale.ROOT, "%.1f s", (System.nanoTime() - began) / 1e9));
        return 0;
    }
}
