package dev.airfoil.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.airfoil.train.Adafactor;
import dev.airfoil.train.AdamW;
import dev.airfoil.train.Beta2Schedule;
import dev.airfoil.train.Optimizer;
import dev.airfoil.train.TrainConfig;
import dev.airfoil.train.TrainJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class TrainOptionsTest {
    @TempDir
    Path folder;

    @Test
    void anotherRateKeepsWhatElseTheOptimizerIs() throws IOException {
        Optimizer adafactor = new Adafactor(1, 0.5, new Beta2Schedule.Power(0.7), 1e-20, 2, 64);
        assertThat(optimizer(adafactor, "--lr", "0.25"))
                .isEqualTo(new Adafactor(0.25, 0.5, new Beta2Schedule.Power(0.7), 1e-20, 2, 64));
        Optimizer adamW = new AdamW(1, 0.5, 0.75, 1e-6, 0.1);
        assertThat(optimizer(adamW, "--lr", "0.25")).isEqualTo(new AdamW(0.25, 0.5, 0.75, 1e-6, 0.1));
        assertThat(optimizer(adamW, "--optimizer", "adafactor")).isEqualTo(Adafactor.paper(1));
        assertThat(optimizer(adafactor, "--warmup", "8")).isEqualTo(adafactor);
    }

    /** That of a configuration file with {@code given} and these options. */
    private Optimizer optimizer(Optimizer given, String option, String value) throws IOException {
        Path file = Files.writeString(
                folder.resolve("config.json"),
                TrainJson.write(TrainConfig.small().withOptimizer(given)));
        TrainOptions options = new TrainOptions();
        new CommandLine(options)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .parseArgs("--config", file.toString(), option, value);
        return options.config().optimizer();
    }
}
