package dev.airfoil.train;

import dev.airfoil.tensor.TensorException;
import dev.airfoil.tensor.io.AtomicFile;
import dev.airfoil.tensor.io.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What happens to a run as JSON lines, each with {@code kind}, {@code step} and {@code time}. Lines of steps that an
 * interrupted run did after its last checkpoint, and that are now done again, are taken out first.
 */
final class MetricsFile implements TrainListener {
    private final Path path;

    /** @param step steps that the checkpoint has done: later lines go */
    MetricsFile(Path path, long step) {
        this.path = path;
        try {
            if (Files.exists(path)) {
                List<String> kept = Files.readAllLines(path).stream()
                        .filter(line -> stepOf(line) <= step)
                        .toList();
                String text = kept.stream().map(line -> line + "\n").collect(Collectors.joining());
                AtomicFile.write(path, text.getBytes(StandardCharsets.UTF_8));
            }
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /** A damaged line, as a full disk leaves, goes too. */
    private static long stepOf(String line) {
        try {
            return JsonMapper.shared().readTree(line).path("step").asLong(Long.MAX_VALUE);
        } catch (JacksonException e) {
            return Long.MAX_VALUE;
        }
    }

    @Override
    public void started(Started run) {
        write(
                "start",
                run.step(),
                line -> line.put("steps", run.steps())
                        .put("parameters", run.parameters())
                        .put("pictures", run.pictures())
                        .put("backend", run.backend()));
    }

    @Override
    public void progress(Progress p) {
        write("train", p.step(), line -> {
            line.put("loss", p.loss())
                    .put("picturesPerSecond", p.picturesPerSecond())
                    .put("peakBytes", p.peakBytes());
            p.gradientNorm().ifPresent(norm -> line.put("gradientNorm", norm));
        });
    }

    @Override
    public void validated(long step, List<Double> bySigma, double mean) {
        write("validation", step, line -> {
            line.put("loss", mean);
            ArrayNode each = line.putArray("bySigma");
            bySigma.forEach(each::add);
        });
    }

    @Override
    public void ended(TrainResult result) {
        write(
                "end",
                result.step(),
                line -> line.put("end", result.end().name())
                        .put("seconds", result.seconds())
                        .put("peakBytes", result.peakBytes()));
    }

    private void write(String kind, long step, Consumer<ObjectNode> more) {
        ObjectNode line = JsonMapper.shared().createObjectNode();
        line.put("kind", kind).put("step", step).put("time", Instant.now().toString());
        more.accept(line);
        try {
            Files.writeString(path, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private TensorException failed(IOException e) {
        return new TensorException(
                "cannot write " + path + " (" + Reason.of(e) + "); the last checkpoint is intact", e);
    }
}
