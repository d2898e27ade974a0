package dev.airfoil.cli;

import dev.airfoil.autograd.Tape;
import dev.airfoil.tensor.Backend;
import dev.airfoil.tensor.Eager;
import dev.airfoil.tensor.TensorException;
import dev.airfoil.train.RunSettings;
import dev.airfoil.train.StopSignal;
import dev.airfoil.train.TrainConfig;
import dev.airfoil.train.TrainResult;
import dev.airfoil.train.Training;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code airfoil train}. */
@Command(
        name = "train",
        description = {
            "Trains a DiT-Air on an image set. Ctrl-C saves and ends; --resume goes on to the same bits.",
            "The run's folder holds checkpoint.safetensors, metrics.jsonl, sheets of samples and model.safetensors (for "
                    + "'generate --model')."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {"", "Example: airfoil data emoji -o emoji && airfoil train emoji -o run --minutes 30"})
final class TrainCommand implements Callable<Integer> {
    private static final long STEPS = 20_000;
    private static final double GUIDANCE = 3;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "DATA", description = "The set, as 'airfoil data' makes it.")
    private Path data;

    @Option(
            names = {"-o", "--out"},
            paramLabel = "FOLDER",
            required = true,
            description = "The run's folder.")
    private Path out;

    @Option(names = "--resume", description = "Go on with the run in the folder; its configuration stays as it is.")
    private boolean resume;

    @Option(
            names = "--steps",
            paramLabel = "N",
            description = "The last step. Default: " + STEPS + ", or what the run that is resumed was begun with.")
    private Optional<Long> steps;

    @Option(names = "--minutes", paramLabel = "X", description = "Save and end after this time.")
    private Optional<Double> minutes;

    @Option(
            names = {"-g", "--guidance"},
            paramLabel = "X",
            description =
                    "Guidance of the samples, and what the model recommends. Default: 3, or that of the run that is "
                            + "resumed.")
    private Optional<Double> guidance;

    @Option(
            names = "--recompute",
            description = "Compute activations again on the way back: less memory, a third more work.")
    private boolean recompute;

    @Option(
            names = "--log-every",
            paramLabel = "N",
            defaultValue = "20",
            description = "Steps between two lines; 0 for none. Default: ${DEFAULT-VALUE}.")
    private int logEvery;

    @Option(
            names = "--validate-every",
            paramLabel = "N",
            defaultValue = "500",
            description = "Steps between two validation losses; 0 for none. Default: ${DEFAULT-VALUE}.")
    private int validateEvery;

    @Option(
            names = "--sample-every",
            paramLabel = "N",
            defaultValue = "1000",
            description = "Steps between two sheets of samples; 0 for none. Default: ${DEFAULT-VALUE}.")
    private int sampleEvery;

    @Option(
            names = "--save-every",
            paramLabel = "N",
            defaultValue = "500",
            description = "Steps between two checkpoints; 0 for one at the end alone. Default: ${DEFAULT-VALUE}.")
    private int saveEvery;

    @ArgGroup(exclusive = false, heading = "%nThe configuration of a new run:%n")
    private TrainOptions options;

    @Mixin
    private BackendOptions backend;

    @Override
    public Integer call() {
        PrintWriter console = spec.commandLine().getOut();
        Optional<TrainOptions> given = Optional.ofNullable(options); // picocli sets a group only if one of it is given
        if (resume && given.isPresent()) {
            throw new TensorException("a run that is resumed keeps its configuration: give no option of a new run with"
                    + " --resume, or start anew in another folder");
        }
        Optional<Training.Saved> saved = resume ? Optional.of(Training.saved(out)) : Optional.empty();
        RunSettings settings = new RunSettings(
                data,
                out,
                steps.orElseGet(() -> saved.map(s -> s.steps().orElse(STEPS)).orElse(STEPS)),
                minutes.map(m -> Duration.ofMillis(Math.round(m * 60_000))),
                recompute ? Tape.Blocks.RECOMPUTE : Tape.Blocks.REMEMBER,
                guidance.orElseGet(
                        () -> saved.map(s -> s.guidance().orElse(GUIDANCE)).orElse(GUIDANCE)),
                new RunSettings.Every(logEvery, validateEvery, sampleEvery, saveEvery));
        if (saved.filter(s -> s.step() >= settings.steps()).isPresent()) {
            console.println("The run in " + out + " has done its " + saved.get().step()
                    + " steps; it goes on with a larger --steps");
            return 0;
        }
        if (!resume) {
            Training.requireNew(settings);
        }
        TrainConfig config = saved.map(Training.Saved::config)
                .orElseGet(() -> given.orElseGet(TrainOptions::new).config());
        try (Backend opened = backend.open(spec.commandLine().getErr())) {
            prepare(opened, config); // has nothing to save: Ctrl-C ends it at once
            try (StopSignal stop = StopSignal.onInterrupt()) {
                TrainReport report = new TrainReport(console);
                TrainResult result = resume
                        ? Training.resume(Optional.empty(), settings, opened, report, stop)
                        : Training.start(config, settings, opened, report, stop);
                // Before the signal is closed: after Ctrl-C the virtual machine ends as soon as it is.
                console.println(ended(result, settings));
                return result.end() == TrainResult.End.STOPPED ? Failures.INTERRUPTED : 0;
            }
        }
    }

    private static String ended(TrainResult result, RunSettings settings) {
        return String.format(
                Locale.ROOT,
                "%s after step %d, %s; the model is %s",
                switch (result.end()) {
                    case DONE -> "Done";
                    case TIME -> "Time is up";
                    case STOPPED -> "Stopped";
                },
                result.step(),
                ProgressLine.time(result.seconds()),
                settings.model());
    }

    private void prepare(Backend opened, TrainConfig config) {
        try (ProgressLine line = new ProgressLine(spec.commandLine().getErr(), ProgressLine.isTerminal())) {
            Path features = new Eager(opened)
                    .call(() -> Training.prepareTexts(
                            data,
                            config,
                            () -> config.encoder().open(config.textTokens()),
                            (done, total, note) -> line.update(done / (double) Math.max(1, total), note)));
            spec.commandLine().getOut().println("Text features: " + features);
        }
    }
}
