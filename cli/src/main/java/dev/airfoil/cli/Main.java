package dev.airfoil.cli;

import dev.airfoil.pipeline.ImageSize;
import dev.airfoil.samplers.Sampler;
import dev.airfoil.tensor.TensorException;
import dev.airfoil.tensor.Version;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.TypeConversionException;

/**
 * Where {@code ./airfoil} starts. It must answer at once, and looking for annotations is most of what picocli does: so
 * the program itself is described without any, and only the command that is to run is looked at.
 */
public final class Main {
    /** Goes before what simplelogger.properties says. */
    private static final String LOG = "org.slf4j.simpleLogger.log.dev.airfoil";

    private static final String VERBOSE = "--verbose";

    /** The commands. */
    private static final List<Entry> COMMANDS = List.of(
            new Entry("generate", "Turns a prompt into PNG files.", GenerateCommand::new),
            new Entry("sheet", "Paints many prompts onto one PNG with labels.", SheetCommand::new),
            new Entry("train", "Trains a DiT-Air on an image set.", TrainCommand::new),
            new Entry("data", "Makes image sets with captions.", DataCommand::new),
            new Entry("check", "Compares with what another implementation computed.", CheckCommand::new),
            new Entry("bench", "Measures Airfoil beside PyTorch and OpenBLAS.", BenchCommand::new),
            new Entry("doctor", "Says what Airfoil finds on this machine, and tests it.", DoctorCommand::new));

    private Main() {}

    /** A command and what the list of commands says of it. */
    private record Entry(String name, String summary, Supplier<Object> command) {
        /** The command, or only its name and summary if another is to run. */
        CommandLine line(boolean chosen) {
            CommandSpec named = CommandSpec.create().name(name);
            named.usageMessage().description(summary);
            return new CommandLine(chosen ? command.get() : named);
        }
    }

    /**
     * Runs a command and ends the virtual machine with its exit code. When all went well there is none to give, and
     * returning is quicker: {@link System#exit} first sets the whole logging up, to note that it was called.
     */
    public static void main(String[] args) {
        PrintWriter out = new PrintWriter(System.out, true, System.out.charset());
        PrintWriter err = new PrintWriter(System.err, true, System.err.charset());
        int code = run(out, err, args);
        if (code == 0 && out.checkError()) {
            err.println(
                    "airfoil: not all that there was to say could be written: is the disk full, or the output closed?");
            code = Failures.FAILED;
        }
        if (code != 0) {
            System.exit(code);
        }
    }

    /** Runs a command and returns its exit code. */
    static int run(PrintWriter out, PrintWriter err, String... args) {
        boolean verbose = List.of(args).contains(VERBOSE);
        if (verbose) {
            System.setProperty(LOG, "debug"); // before anything logs
        }
        Failures failures = new Failures(verbose);
        CommandSpec program = program();
        CommandLine line = new CommandLine(program);
        Optional<String> chosen =
                Stream.of(args).filter(arg -> !arg.startsWith("-")).findFirst();
        COMMANDS.forEach(c -> line.addSubcommand(c.name(), c.line(chosen.equals(Optional.of(c.name())))));
        // What is set on a command holds for the commands that it has by then.
        line.setOut(out)
                .setErr(err)
                .setExpandAtFiles(false) // a prompt may begin with @
                .setUsageHelpWidth(100)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .registerConverter(ImageSize.class, converter(ImageSize::parse))
                .registerConverter(Sampler.class, converter(Sampler::labelled))
                .setParameterExceptionHandler(failures)
                .setExecutionExceptionHandler(failures);
        try {
            return line.execute(args);
        } catch (Error e) {
            return failures.handleError(e, err);
        }
    }

    /** {@code airfoil} without a command. */
    private static CommandSpec program() {
        CommandSpec[] self = new CommandSpec[1];
        Runnable nothing = () -> {
            throw new ParameterException(self[0].commandLine(), "a command is missing");
        };
        CommandSpec program = CommandSpec.wrapWithoutInspection(nothing)
                .name("airfoil")
                .addOption(OptionSpec.builder("-h", "--help")
                        .usageHelp(true)
                        .description("Show this help message and exit.")
                        .build())
                .addOption(OptionSpec.builder("-V", "--version")
                        .versionHelp(true)
                        .description("Print version information and exit.")
                        .build())
                .addOption(OptionSpec.builder(VERBOSE)
                        .scopeType(ScopeType.INHERIT)
                        .description("Tell more, and show the stack trace of an error.")
                        .build());
        program.versionProvider(() -> new String[] {
            "airfoil " + Version.current(), "Java " + Runtime.version() + " (" + System.getProperty("java.vendor") + ")"
        });
        program.usageMessage()
                .description("Text-to-image diffusion with DiT-Air, in plain Java.")
                .synopsisSubcommandLabel("COMMAND")
                .footer(
                        "",
                        "Exit codes: 0 all went well, 1 it could not be done, 2 the command line is wrong, 130"
                                + " interrupted.",
                        "Every command explains its options: airfoil generate --help");
        self[0] = program;
        return program;
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
}
