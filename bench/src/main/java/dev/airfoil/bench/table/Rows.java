package dev.airfoil.bench.table;

import dev.airfoil.cli.Interruption;
import dev.airfoil.tensor.io.AtomicFile;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** The rows so far: each is printed, and kept in the file, when it comes, so that whatever stops the table costs none. */
final class Rows {
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private final Optional<Path> file;
    private final Interruption interruption;
    private final PrintWriter out;
    private final List<Row> all = new ArrayList<>();
    private boolean sound = true;

    Rows(Optional<Path> file, Interruption interruption, PrintWriter out) {
        this.file = file;
        this.interruption = interruption;
        this.out = out;
    }

    void add(Row row) {
        all.add(row);
        Runnable keep = () -> {
            out.println(row.line());
            file.ifPresent(this::write);
        };
        interruption.write(
                keep,
                file.map(f -> "the rows above are in " + f + ", and no others are")
                        .orElse("the rows above are all that was measured"));
    }

    /** Says why a row is not there. */
    void lack(String sentence) {
        sound = false;
        out.println(sentence);
    }

    /** Whether none is lacking. */
    boolean areSound() {
        return sound;
    }

    List<Row> all() {
        return List.copyOf(all);
    }

    private void write(Path path) {
        String text = JSON.writeValueAsString(all.stream().map(Row::toJson).toList()) + "\n";
        AtomicFile.write(path, text.getBytes(StandardCharsets.UTF_8));
    }
}
