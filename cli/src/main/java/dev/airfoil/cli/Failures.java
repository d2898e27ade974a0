package dev.airfoil.cli;

import dev.airfoil.tensor.TensorException;
import java.io.PrintWriter;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.MaxValuesExceededException;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * What goes wrong, as one sentence on the standard error and an exit code. A stack trace only if {@code verbose} says
 * so.
 */
record Failures(boolean verbose) implements IParameterExceptionHandler, IExecutionExceptionHandler {
    /** It could not be done. */
    static final int FAILED = CommandLine.ExitCode.SOFTWARE;

    /** The command line is wrong. */
    static final int USAGE = CommandLine.ExitCode.USAGE;

    /** Somebody stopped it, as Ctrl-C does. */
    static final int INTERRUPTED = 130;

    /** Characters of a sentence that are shown. */
    private static final int LONGEST = 2000;

    @Override
    public int handleParseException(ParameterException e, String[] args) {
        CommandLine line = e.getCommandLine();
        PrintWriter err = line.getErr();
        err.println("airfoil: " + line(sentence(e, args)));
        err.println("See " + line.getCommandSpec().qualifiedName() + " --help");
        return USAGE;
    }

    private static String sentence(ParameterException e, String... args) {
        if (e instanceof MaxValuesExceededException) {
            // Of an option in a group that stands there twice picocli only says what the group is.
            String twice = Stream.of(args)
                    .filter(arg -> arg.startsWith("-") && Collections.frequency(List.of(args), arg) > 1)
                    .findFirst()
                    .orElse("an option");
            return twice + " should be given only once";
        }
        if (e instanceof MissingParameterException
                && Stream.of(args).anyMatch(arg -> arg.startsWith("-") && arg.contains(" "))) {
            return e.getMessage() + "; what begins with - but is no option stands behind --";
        }
        if (!(e instanceof UnmatchedArgumentException unmatched)) {
            return e.getMessage();
        }
        String given = unmatched.getUnmatched().getFirst();
        Optional<String> suggestion = unmatched.getSuggestions().stream().findFirst();
        String what = unmatched.isUnknownOption() ? "there is no option '" : "this was not expected: '";
        return what + given + "'"
                + suggestion.map(s -> "; did you mean " + s + "?").orElse("");
    }

    @Override
    public int handleExecutionException(Exception e, CommandLine line, ParseResult parsed) {
        PrintWriter err = line.getErr();
        switch (e) {
            case TensorException _ -> say(String.valueOf(e.getMessage()), e, err);
            default -> unexpected(e, err);
        }
        return FAILED;
    }

    /** What the virtual machine gives up at. */
    int handleError(Error e, PrintWriter err) {
        String why = String.valueOf(e.getMessage());
        switch (e) {
            case OutOfMemoryError _
            when why.contains("heap") ->
                say(
                        "the Java heap of " + Runtime.getRuntime().maxMemory() / (1 << 20) + " MB is full (" + why
                                + "); give it more with AIRFOIL_JAVA_OPTS=-Xmx4g",
                        e,
                        err);
            case OutOfMemoryError _ ->
                say("there is too little memory (" + why + "); use a smaller batch, image or model", e, err);
            default -> unexpected(e, err);
        }
        return FAILED;
    }

    private void unexpected(Throwable e, PrintWriter err) {
        say(
                "this should not have happened: " + e + "; " + (verbose ? "please report it" : "--verbose shows where"),
                e,
                err);
    }

    private void say(String sentence, Throwable e, PrintWriter err) {
        err.println("airfoil: " + line(sentence));
        if (verbose) {
            e.printStackTrace(err);
        }
    }

    /** One line: a sentence quotes names out of files, which may hold anything, and what a terminal obeys too. */
    private static String line(String sentence) {
        String plain = sentence.replaceAll("[\\p{Cc}\\p{Zl}\\p{Zp}]+", " ");
        return plain.length() <= LONGEST ? plain : plain.substring(0, LONGEST) + " ...";
    }
}
