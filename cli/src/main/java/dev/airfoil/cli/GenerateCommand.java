package dev.airfoil.cli;

import dev.airfoil.pipeline.GeneratedImage;
import dev.airfoil.pipeline.GenerationRequest;
import dev.airfoil.pipeline.TextToImage;
import dev.airfoil.samplers.StepListener;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
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
        List<String> notes = new ArrayList<>();
        try (Interruption interruption = new Interruption(err, "no picture was written");
                TextToImage model = sampling.open(err);
                ProgressLine line = new ProgressLine(err, ProgressLine.isTerminal())) {
            // Each batch is written as soon as it is painted: who stops a long run keeps the pictures that are done.
            for (int done = 0; done < count; done += sampling.batch()) {
                List<Path> part = files.subList(done, Math.min(count, done + sampling.batch()));
                double before = done;
                List<GeneratedImage> images =
                        model.generate(request.withCount(part.size()).withSeed(request.seed() + done), progress -> {
                            double fraction = (before + part.size() * progress.fraction()) / count;
                            line.update(fraction, "step " + progress.step() + " of " + progress.steps());
                            return StepListener.Answer.CONTINUE;
                        });
                Runnable write = () -> {
                    for (int i = 0; i < part.size(); i++) {
                        images.get(i).write(part.get(i));
                    }
                };
                interruption.write(write, done + part.size() + " of " + count + " pictures are written");
                if (done == 0) {
                    notes.addAll(images.getFirst().warnings());
                }
            }
        }
        notes.forEach(note -> err.println("Note: " + note));
        for (int i = 0; i < count; i++) {
            spec.commandLine().getOut().println(files.get(i) + "  (seed " + (request.seed() + i) + ")");
        }
        spec.commandLine().getOut().println(String.format(Locale.ROOT, "%.1f s", (System.nanoTime() - began) / 1e9));
        return 0;
    }
}
