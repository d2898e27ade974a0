package dev.airfoil.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class MetricsFileTest {
    @TempDir
    private Path folder;

    @Test
    void holdsOneObjectALine() throws IOException {
        Path path = folder.resolve("metrics.jsonl");
        MetricsFile metrics = new MetricsFile(path, 0);
        metrics.progress(new TrainListener.Progress(10, 20, 0.5, OptionalDouble.of(2), 100, 3, 4));
        metrics.validated(12, List.of(0.25, 0.75), 0.5);

        List<String> lines = Files.readAllLines(path);
        JsonNode train = JsonMapper.shared().readTree(lines.get(0));
        assertThat(train.path("kind").asString()).isEqualTo("train");
        assertThat(train.path("loss").asDouble()).isEqualTo(0.5);
        assertThat(train.path("gradientNorm").asDouble()).isEqualTo(2);
        assertThat(train.path("picturesPerSecond").asDouble()).isEqualTo(100);
        JsonNode validation = JsonMapper.shared().readTree(lines.get(1));
        assertThat(validation.path("bySigma").toString()).isEqualTo("[0.25,0.75]");
    }

    @Test
    void forgetsWhatIsDoneAgain() throws IOException {
        Path path = folder.resolve("metrics.jsonl");
        Files.write(path, List.of("{\"step\":3}", "{\"step\":5}", "{\"step\":7}", "{\"ste"));

        new MetricsFile(path, 5);

        assertThat(Files.readAllLines(path)).containsExactly("{\"step\":3}", "{\"step\":5}");
    }
}
