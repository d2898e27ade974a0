package dev.airfoil.cli;

import dev.airfoil.pipeline.ImageSize;
import dev.airfoil.pipeline.Version;
import dev.airfoil.samplers.Sampler;
import dev.airfoil.tensor.TensorException;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** Where {@code ./airfoil} starts. */
@Command(
        name = "airfoil",
        description = "Text-to-image diffusion with DiT-Air, in plain Java.",
        synopsisSubcommandLabel = "COMMAND",
        mixinStandardHelpOptions = true,
        versionProvider = Main.ProjectVersion.class,
        footer = {
            "",
            "Exit codes: 0 all went well, 1 it could not be done, 2 the command line is wrong, 130 interrupted.",
            "Every command explains its options: airfoil generate --help"
        })
public final class Main implements Runnable {
    /** What logback.xml asks. */
    private static final String LOG = "airfoil.log";

    private static final String VERBOSE = "--verbose";

    /** The commands. */
    private static final List<Entry> COMMANDS = List.of(
            new Entry("generate", "Turns a prompt into PNG files.", GenerateCommand::new),
            new Entry("sheet", "Paints many prompts onto one PNG with labels.", SheetCommand::new),
            new Entry("train", "Trains a DiT-Air on an image set.", TrainCommand::new),
            new Entry("data", "Makes image sets with captions.", DataCommand::new),
            new Entry("check", "Compares with what another implementation computed.", CheckCommand::new),
            new Entry("doctor", "Says what Airfoil finds on this machine, and tests it.", DoctorCommand::new));

    @Spec
    private CommandSpec spec;

    @Option(
            names = VERBOSE,
            scope = ScopeType.INHERIT,
            description = "Tell more, and show the stack trace of an error.")
    private boolean verbose;

    Main() {}

    /** A command and what the list of commands says of it. */
    private record Entry(String name, String summary, Supplier<Object> command) {
        /**
         * The command, or only its name and summary if another is to run: looking at the options of all of them is what
         * starting would spend most of its time on.
         */
        CommandLine line(boolean chosen) {
            CommandSpec named = CommandSpec.create().name(name);
            named.usageMessage().description(summary);
            return new CommandLine(chosen ? command.get() : named);
        }
    }

    /** Runs a command and ends the virtual machine with its exit code. */
    public static void main(String[] args) {
        Charset out = System.out.charset();
        Charset err = System.err.charset();
        int code = run(new PrintWriter(System.out, true, out), new PrintWriter(System.err, true, err), args);
        System.exit(code);
    }

    /** Runs a command and returns its exit code. */
    static int run(PrintWriter out, PrintWriter err, String... args) {
        if (List.of(args).contains(VERBOSE)) {
            System.setProperty(LOG, "DEBUG"); // before anything logs
        }
        Main main = new Main();
        Failures failures = new Failures(() -> main.verbose);
        CommandLine line = new CommandLine(main);
        Optional<String> chosen =
                Stream.of(args).filter(arg -> !arg.startsWith("-")).findFirst();
        COMMANDS.forEach(c -> line.addSubcommand(c.name(), c.line(chosen.equals(Optional.of(c.name())))));
        // What is set on a command holds for the commands that it has by then.
        line.setOut(out)
                .setErr(err)
                .setUsageHelpWidth(100)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .registerConverter(ImageSize.class, converter(ImageSize::parse))
                .registerConverter(Sampler.class, converter(Sampler::labelled))
                .setParameterExceptionHandler(failures)
                .setExecutionExceptionHandler(failures);
        try {
            return line.execute(args);
        } catch (OutOfMemoryError e) {
            return failures.outOfMemory(e, err);
        }
    }

    private static <T> CommandLine.ITypeConverter<T> converter(Function<String, T> parse) {
        return text -> {
            try {
                return parse.apply(text);
            } catch (TensorException e) {
                throw new TypeConversionException(e.getMessage());
            }
        };
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing");
    }

    /** {@code airfoil --version}. */
    static final class ProjectVersion implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {
                "airfoil " + Version.current(),
                "Java " + Runtime.version() + " (" + System.getProperty("java.vendor") + ")"
            };
        }
    }
}
