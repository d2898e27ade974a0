package dev.airfoil.cli;

import dev.airfoil.tensor.BackendProvider.Precision;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What {@code airfoil bench} runs. The measuring part is no part of the program: it stands on the class path, found by
 * the service loader, when {@code ./airfoil} was started for this command.
 */
public interface Benchmarks {
    /**
     * What the user wants.
     *
     * @param backend of Airfoil
     * @param precision of its models
     * @param filter parts of the names of the rows wanted, in any case, with commas between; empty for all
     * @param threads the rows are measured with each of these numbers of threads
     * @param seconds about how long a row may take, after its warm-up
     * @param json file for the rows
     * @param plot PNG file for a picture of them
     * @param profiled what is profiled instead, if that is asked for
     */
    record Request(
            String backend,
            Precision precision,
            String filter,
            List<Integer> threads,
            double seconds,
            Optional<Path> json,
            Optional<Path> plot,
            Profiled profiled) {
        /** Whether the row of this name is wanted. */
        public boolean wants(String row) {
            return Stream.of(filter.toLowerCase(Locale.ROOT).split(","))
                    .anyMatch(row.toLowerCase(Locale.ROOT)::contains);
        }
    }

    /**
     * Measures and prints a table. Its file has each row as soon as that is measured.
     *
     * @param interruption is told what is measured so far
     * @return false if a row was left out because an answer was wrong
     */
    boolean table(Request request, Interruption interruption, PrintWriter out, PrintWriter err);

    /**
     * A model to profile.
     *
     * @param preset {@code tiny} or one of the paper's
     * @param batch how many pictures
     * @param size of a picture, in pixels; a latent has an eighth of it
     */
    record Profiled(String preset, int batch, int size) {}

    /** Prints what each kind of op, or kernel, takes in a forward, with backward, and in a training step. */
    void profile(Request request, PrintWriter out);
}
