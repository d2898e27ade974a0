package dev.airfoil.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.airfoil.autograd.Tape;
import dev.airfoil.dit.DitConfig;
import dev.airfoil.dit.Sharing;
import dev.airfoil.pipeline.ModelFile;
import dev.airfoil.tensor.Backend;
import dev.airfoil.tensor.BackendProvider;
import dev.airfoil.tensor.Backends;
import dev.airfoil.tensor.TensorException;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

class TrainingTest {
    /** One block of width 4: what there is to leak does not depend on the size. */
    private static final TrainConfig SMALLEST =
            Tiny.config().withModel(new DitConfig(Sharing.NONE, 1, 4, 1, 3, 4, Tiny.WIDTH, Tiny.WIDTH));

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

    @Test
    void tellsShowsAndExportsOnTheWay() throws IOException {
        RunSettings settings = Tiny.settings(set, folder.resolve("run"), 4, new RunSettings.Every(2, 3, 4, 0));
        List<String> heard = new ArrayList<>();
        TrainListener listener = new TrainListener() {
            @Override
            public void started(Started run) {
                heard.add("started at " + run.step() + " of " + run.steps() + " with " + run.pictures());
            }

            @Override
            public void progress(Progress p) {
                assertThat(p.loss()).isPositive();
                assertThat(p.gradientNorm().orElseThrow()).isPositive();
                assertThat(p.peakBytes()).isPositive();
                heard.add("progress " + p.step());
            }

            @Override
            public void validated(long step, List<Double> bySigma, double mean) {
                assertThat(bySigma).hasSize(8).allMatch(loss -> loss > 0);
                assertThat(mean).isBetween(Collections.min(bySigma), Collections.max(bySigma));
                heard.add("validated " + step);
            }

            @Override
            public void sampled(long step, Path sheet) {
                heard.add("sampled " + step);
            }

            @Override
            public void saved(long step, Path checkpoint) {
                heard.add("saved " + step);
            }

            @Override
            public void ended(TrainResult result) {
                heard.add("ended " + result.end());
            }
        };
        Training.start(Tiny.config(), settings, backend, listener, new StopSignal());

        assertThat(heard)
                .containsExactly(
                        "started at 0 of 4 with 9",
                        "progress 2",
                        "validated 3",
                        "progress 4",
                        "sampled 4",
                        "saved 4",
                        "ended DONE");
        BufferedImage sheet = ImageIO.read(settings.samples(4).toFile());
        assertThat(sheet.getWidth())
                .as("8 pictures of 4 pixels, each with a gap")
                .isEqualTo(8 + 8 * (4 + 8));
        assertThat(Files.readAllLines(settings.metrics()))
                .extracting(
                        line -> JsonMapper.shared().readTree(line).path("kind").asString())
                .containsExactly("start", "train", "validation", "train", "end");
        try (ModelFile model = ModelFile.open(settings.model())) {
            assertThat(model.info().config()).isEqualTo(Tiny.config().model());
            assertThat(model.info().imageSize()).isEqualTo(4);
            assertThat(model.info().training()).containsEntry("steps", "4");
        }
    }

    @Test
    void fiveHundredStepsLeaveAsManyBlocksAsFive() {
        assertThat(blocksAfter(500)).isEqualTo(blocksAfter(5));
        assertThat(backend.memory().blocks()).isZero();
    }

    /** Live blocks at the last checkpoint of a run that logs, validates and clips. */
    private int blocksAfter(int steps) {
        List<Integer> live = new ArrayList<>();
        TrainListener listener = new TrainListener() {
            @Override
            public void saved(long step, Path checkpoint) {
                live.add(backend.memory().blocks());
            }
        };
        RunSettings settings =
                Tiny.settings(set, folder.resolve("run" + steps), steps, new RunSettings.Every(2, 5, 0, 250));
        Training.start(SMALLEST, settings, backend, listener, new StopSignal());
        assertThat(live.getLast()).isPositive();
        return live.getLast();
    }

    @Test
    void recomputingGivesTheSameWeights() throws IOException {
        RunSettings keeping = Tiny.settings(set, folder.resolve("keep"), 3);
        RunSettings again = new RunSettings(
                set,
                folder.resolve("again"),
                3,
                Optional.empty(),
                Tape.Blocks.RECOMPUTE,
                3,
                new RunSettings.Every(0, 0, 0, 0));
        start(keeping);
        start(again);

        assertThat(Files.mismatch(keeping.checkpoint(), again.checkpoint())).isEqualTo(-1);
    }

    @Test
    void stopsWhenAskedAndGoesOn() throws IOException {
        RunSettings straight = Tiny.settings(set, folder.resolve("straight"), 6);
        start(straight);
        RunSettings parts = Tiny.settings(set, folder.resolve("parts"), 6);
        StopSignal stop = new StopSignal();
        TrainResult first = Training.start(
                Tiny.config(),
                parts,
                backend,
                new TrainListener() {
                    @Override
                    public void progress(Progress p) {
                        stop.ask();
                    }
                },
                stop);

        assertThat(first.end()).isEqualTo(TrainResult.End.STOPPED);
        assertThat(first.step()).isEqualTo(3);
        assertThat(Training.saved(parts.out()))
                .isEqualTo(new Training.Saved(Tiny.config(), 3, OptionalLong.of(6), OptionalDouble.of(3)));
        Training.resume(Optional.empty(), parts, backend, TrainListener.NONE, new StopSignal());
        assertThat(Files.mismatch(straight.checkpoint(), parts.checkpoint())).isEqualTo(-1);
        assertThat(Files.readAllLines(parts.metrics()))
                .extracting(
                        line -> JsonMapper.shared().readTree(line).path("kind").asString())
                .containsExactly("start", "train", "train", "end", "start", "train", "train", "end");
    }

    @Test
    void endsWhenTheTimeIsOver() {
        RunSettings settings = new RunSettings(
                set,
                folder.resolve("run"),
                1_000_000,
                Optional.of(Duration.ofMillis(1)),
                Tape.Blocks.REMEMBER,
                3,
                new RunSettings.Every(1, 0, 0, 0));
        Tiny.texts(set);

        TrainResult result = start(settings);

        assertThat(result.end()).isEqualTo(TrainResult.End.TIME);
        assertThat(settings.checkpoint()).exists();
    }

    @Test
    void doesNotReplaceWhatIsThere() throws IOException {
        RunSettings settings = Tiny.settings(set, folder.resolve("run"), 1);
        Files.writeString(Files.createDirectories(settings.out()).resolve("model.safetensors"), "precious");
        assertThatThrownBy(() -> start(settings))
                .hasMessageContaining("holds a model.safetensors, which a run would replace");
        assertThat(settings.model()).hasContent("precious");
    }

    @Test
    void refusesOtherDataAndOtherSettings() {
        RunSettings settings = Tiny.settings(set, folder.resolve("run"), 1);
        start(settings);
        assertThatThrownBy(() -> start(settings)).hasMessageContaining("holds a run already; resume it");

        RunSettings elsewhere = Tiny.settings(Tiny.set(folder.resolve("other"), 12), folder.resolve("run"), 2);
        assertThatThrownBy(() -> resume(elsewhere, Optional.empty()))
                .isInstanceOf(TensorException.class)
                .hasMessageContaining("has learnt from other data");

        TrainConfig other = Tiny.config().withSeed(8);
        assertThatThrownBy(() -> resume(settings, Optional.of(other)))
                .isInstanceOf(TensorException.class)
                .hasMessageContaining("is of another configuration: seed is 7 there and 8 here");

        RunSettings nowhere = Tiny.settings(set, folder.resolve("nowhere"), 2);
        assertThatThrownBy(() -> resume(nowhere, Optional.empty())).hasMessageContaining("nothing to resume");
    }

    @Test
    void divergenceEndsTheRunAndSparesTheCheckpoint() throws IOException {
        RunSettings settings = Tiny.settings(set, folder.resolve("run"), 2);
        start(settings);
        byte[] before = Files.readAllBytes(settings.checkpoint());
        TrainConfig wild = Tiny.config().withOptimizer(AdamW.usual(1e30));
        RunSettings on = Tiny.settings(set, folder.resolve("wild"), 20);

        assertThatThrownBy(() -> Training.start(wild, on, backend, TrainListener.NONE, new StopSignal()))
                .isInstanceOf(TensorException.class)
                .hasMessageContaining("training has diverged");
        assertThat(on.checkpoint()).doesNotExist();
        assertThat(Files.readAllBytes(settings.checkpoint())).isEqualTo(before);
        assertThat(backend.memory().blocks()).isZero();
    }

    @Test
    void aModelIsCalledAfterTheFolderHoweverThatIsWritten() {
        RunSettings settings = Tiny.settings(set, folder.resolve("run/."), 1);
        start(settings);
        try (ModelFile model = ModelFile.open(settings.model())) {
            assertThat(model.info().name()).isEqualTo("run");
        }
    }

    private TrainResult resume(RunSettings settings, Optional<TrainConfig> expected) {
        return Training.resume(expected, settings, backend, TrainListener.NONE, new StopSignal());
    }

    private TrainResult start(RunSettings settings) {
        return Training.start(Tiny.config(), settings, backend, TrainListener.NONE, new StopSignal());
    }
}
