package dev.airfoil.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.airfoil.autograd.Tape;
import dev.airfoil.tensor.Backend;
import dev.airfoil.tensor.BackendProvider;
import dev.airfoil.tensor.Backends;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingTest {
    @TempDir
    private Path folder;

    private final Backend backend = Backends.open("reference", BackendProvider.Options.DEFAULT);
    private Path set;

    @BeforeEach
    void makeSet() {
        set = Tiny.set(folder.resolve("set"), 11);
    }

    @AfterEach
    void close() {
        backend.close();
    }

    @Test
    void tenStepsAreFiveAndFiveMore() throws IOException {
        RunSettings straight = Tiny.settings(set, folder.resolve("straight"), 10);
        start(straight);

        RunSettings half = Tiny.settings(set, folder.resolve("parts"), 5);
        start(half);
        RunSettings rest = Tiny.settings(set, folder.resolve("parts"), 10);
        TrainResult result =
                Training.resume(Optional.of(Tiny.config()), rest, backend, TrainListener.NONE, new StopSignal());

        assertThat(result.step()).isEqualTo(10);
        assertThat(Files.mismatch(straight.checkpoint(), rest.checkpoint())).isEqualTo(-1);
        assertThat(backend.memory().blocks()).isZero();
    }

    private TrainResult start(RunSettings settings) {
        return Training.start(Tiny.config(), settings, backend, TrainListener.NONE, new StopSignal());
    }
}
