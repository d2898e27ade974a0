package dev.airfoil.train;

import dev.airfoil.pipeline.LatentCodec;
import dev.airfoil.tensor.Backend;
import dev.airfoil.tensor.Eager;
import dev.airfoil.tensor.TensorException;
import dev.airfoil.tensor.io.Reason;
import dev.airfoil.text.TextEncoder;
import dev.airfoil.train.data.ImageTextSet;
import dev.airfoil.train.data.Progress;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.SequencedSet;
import java.util.function.Supplier;

/**
 * Starts and resumes training runs.
 *
 * <pre>{@code
 * Training.prepareTexts(data, config, () -> config.encoder().open(config.textTokens()), Progress.NONE);
 * TrainResult result = Training.start(config, settings, backend, TrainListener.NONE, new StopSignal());
 * }</pre>
 */
public final class Training {
    private Training() {}

    /**
     * Makes the text features of a set, unless they are there.
     *
     * @param data folder of the set
     * @param config says which encoder and how many tokens
     * @param open opens that encoder, on the current backend; asked only if something must be encoded
     * @return the file
     */
    public static Path prepareTexts(Path data, TrainConfig config, Supplier<TextEncoder> open, Progress progress) {
        SequencedSet<String> captions = TextCache.captions(ImageTextSet.open(data));
        Path file = TextCache.in(data, config.encoder(), config.textTokens());
        if (!Files.exists(file)) {
            try (TextEncoder texts = open.get()) {
                TextCache.build(file, config.encoder(), texts, captions, progress);
            }
        }
        TextCache.open(file, config.encoder(), config.textTokens(), captions).close();
        return file;
    }

    /**
     * Trains from the beginning.
     *
     * @throws TensorException if the folder holds a run already, or another process trains there
     */
    public static TrainResult start(
            TrainConfig config, RunSettings settings, Backend backend, TrainListener listener, StopSignal stop) {
        try {
            Files.createDirectories(settings.out());
        } catch (IOException e) {
            throw new TensorException("cannot make the folder " + settings.out() + " (" + Reason.andPlace(e) + ")", e);
        }
        return alone(settings.out(), backend, () -> {
            requireNew(settings);
            try (TrainState state = TrainState.fresh(config)) {
                return run(config, settings, state, Optional.empty(), listener, stop);
            }
        });
    }

    /**
     * Checks that a new run would replace nothing, which {@link #start} does too: before a long preparation.
     *
     * @throws TensorException if the folder holds a run, or a model
     */
    public static void requireNew(RunSettings settings) {
        if (Files.exists(settings.checkpoint())) {
            throw new TensorException(settings.out() + " holds a run already; resume it, or choose another folder");
        }
        if (Files.exists(settings.model())) {
            throw new TensorException(settings.out() + " holds a "
                    + settings.model().getFileName() + ", which a run would replace; choose another folder");
        }
    }

    /** Two runs in one folder would overwrite each other's checkpoints. */
    private static TrainResult alone(Path out, Backend backend, Supplier<TrainResult> run) {
        Path lock = out.resolve("run.lock");
        try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock held = channel.tryLock()) {
            if (held == null) {
                throw new OverlappingFileLockException(); // as where this process holds it
            }
            return new Eager(backend).call(run);
        } catch (OverlappingFileLockException e) {
            throw new TensorException(out + " is in use: another run trains there; wait for its end", e);
        } catch (IOException e) {
            throw new TensorException("cannot write " + lock + " (" + Reason.of(e) + ")", e);
        }
    }

    /**
     * Goes on with the run in the folder of {@code settings}, from its checkpoint, as if it had never stopped.
     *
     * @param expected the configuration that the caller has in mind, if any
     * @throws TensorException if there is no checkpoint, it is of another configuration or of other data, or another
     *     process trains there
     */
    public static TrainResult resume(
            Optional<TrainConfig> expected,
            RunSettings settings,
            Backend backend,
            TrainListener listener,
            StopSignal stop) {
        requireCheckpoint(settings.out());
        return alone(settings.out(), backend, () -> {
            Loaded loaded = load(settings, expected);
            try (TrainState state = loaded.state()) {
                return run(loaded.config(), settings, state, Optional.of(loaded.data()), listener, stop);
            }
        });
    }

    /** What is in a checkpoint. */
    private record Loaded(TrainConfig config, TrainState state, String data) {}

    /** The file is closed before the run goes on, which will replace it. */
    private static Loaded load(RunSettings settings, Optional<TrainConfig> expected) {
        try (Checkpoint checkpoint = open(settings.out())) {
            TrainConfig config = checkpoint.config();
            expected.filter(other -> !other.equals(config)).ifPresent(other -> {
                throw new TensorException(settings.checkpoint() + " is of another configuration: "
                        + TrainJson.difference(config, other)
                        + "; resume with its own, or start in another folder");
            });
            return new Loaded(config, TrainState.load(config, checkpoint), checkpoint.data());
        }
    }

    private static Checkpoint open(Path out) {
        requireCheckpoint(out);
        return Checkpoint.open(RunSettings.checkpoint(out));
    }

    private static void requireCheckpoint(Path out) {
        if (!Files.exists(RunSettings.checkpoint(out))) {
            throw new TensorException("there is nothing to resume: " + RunSettings.checkpoint(out) + " does not exist");
        }
    }

    /**
     * How far a run is.
     *
     * @param config its configuration
     * @param step steps done
     * @param steps the last step that it was to do; empty if an older version saved it
     * @param guidance that of its settings; empty if an older version saved it
     */
    public record Saved(TrainConfig config, long step, OptionalLong steps, OptionalDouble guidance) {}

    /**
     * What the checkpoint in a run's folder says.
     *
     * @throws TensorException if there is none
     */
    public static Saved saved(Path out) {
        try (Checkpoint checkpoint = open(out)) {
            return new Saved(checkpoint.config(), checkpoint.step(), checkpoint.steps(), checkpoint.guidance());
        }
    }

    private static TrainResult run(
            TrainConfig config,
            RunSettings settings,
            TrainState state,
            Optional<String> learntFrom,
            TrainListener listener,
            StopSignal stop) {
        ImageTextSet set = ImageTextSet.open(settings.data());
        String data = DataFingerprint.of(set);
        learntFrom.filter(other -> !other.equals(data)).ifPresent(_ -> {
            throw new TensorException(settings.checkpoint() + " has learnt from other data than what lies in "
                    + settings.data() + "; name its own data, or start in another folder");
        });
        Path features = TextCache.in(settings.data(), config.encoder(), config.textTokens());
        try (LatentCodec codec = config.codec().open();
                TextCache texts =
                        TextCache.open(features, config.encoder(), config.textTokens(), TextCache.captions(set))) {
            Fit.check(config, set, texts, codec);
            List<TrainListener> all = List.of(new MetricsFile(settings.metrics(), state.step()), listener);
            return new Run(config, settings, state, new TrainData(set, texts, codec, data), all, stop).toTheEnd();
        }
    }
}
