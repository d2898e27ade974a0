package dev.airfoil.train;

import dev.airfoil.pipeline.ModelFile;
import dev.airfoil.pipeline.ModelInfo;
import dev.airfoil.tensor.Backend;
import dev.airfoil.tensor.DType;
import dev.airfoil.tensor.Interpreter;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.train.TrainResult.End;
import dev.airfoil.train.data.Split;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One run, from the step it finds to the end: what happens when. */
final class Run {
    private final TrainConfig config;
    private final RunSettings settings;
    private final TrainState state;
    private final TrainData data;
    private final List<TrainListener> listeners;
    private final StopSignal stop;
    private final Backend backend = Interpreter.current().backend();
    private final Validation validation;
    private final long began = System.nanoTime();
    private final long first;
    private long lastLogged;
    private long lastLogTime;

    Run(
            TrainConfig config,
            RunSettings settings,
            TrainState state,
            TrainData data,
            List<TrainListener> listeners,
            StopSignal stop) {
        this.config = config;
        this.settings = settings;
        this.state = state;
        this.data = data;
        this.listeners = listeners;
        this.stop = stop;
        this.validation = new Validation(config, data);
        this.first = state.step();
        this.lastLogged = first;
    }

    TrainResult toTheEnd() {
        var started = new TrainListener.Started(
                state.step(),
                settings.steps(),
                state.values().stream().mapToLong(Tensor::size).sum(),
                data.set().rows(Split.TRAIN).length,
                backend.name() + ": " + backend.description());
        listeners.forEach(l -> l.started(started));
        lastLogTime = System.nanoTime();
        End end;
        try (Trainer trainer = new Trainer(config, state, data.codec(), settings.blocks());
                Batches batches = new Batches(config, data, state.step() + 1)) {
            Optional<End> reason = state.step() < settings.steps() ? Optional.empty() : Optional.of(End.DONE);
            while (reason.isEmpty()) {
                trainer.step(batches);
                reason = reasonToEnd();
                afterStep(trainer, reason.isPresent());
            }
            end = reason.get();
        }
        TrainResult result = new TrainResult(
                state.step(), end, seconds(began), backend.memory().peak());
        listeners.forEach(l -> l.ended(result));
        return result;
    }

    private Optional<End> reasonToEnd() {
        if (state.step() >= settings.steps()) {
            return Optional.of(End.DONE);
        }
        if (stop.isAsked()) {
            return Optional.of(End.STOPPED);
        }
        return settings.timeLimit()
                .filter(limit -> seconds(began) >= seconds(limit))
                .map(_ -> End.TIME);
    }

    /** What the step's number asks for. The loss is looked at before anything is saved. */
    private void afterStep(Trainer trainer, boolean last) {
        long step = state.step();
        boolean save = last || isDue(settings.every().save(), step);
        if (save || isDue(settings.every().log(), step)) {
            log(trainer);
        }
        long looked = System.nanoTime();
        if (!validation.isEmpty() && isDue(settings.every().validate(), step)) {
            List<Double> losses = validation.bySigma(state.ema());
            double mean = losses.stream().mapToDouble(l -> l).average().orElseThrow();
            listeners.forEach(l -> l.validated(step, losses, mean));
        }
        if (isDue(settings.every().sample(), step)) {
            Path sheet = settings.samples(step);
            SampleSheet.draw(state.ema(), data, config, settings.guidance()).writePng(sheet, Map.of());
            listeners.forEach(l -> l.sampled(step, sheet));
        }
        if (save) {
            Checkpoint.write(settings, state, config, data.fingerprint());
            ModelFile.write(settings.model(), modelInfo(), state.averages(), DType.BF16);
            listeners.forEach(l -> l.saved(step, settings.checkpoint()));
        }
        // The speed that is told is that of training alone.
        lastLogTime += System.nanoTime() - looked;
    }

    private ModelInfo modelInfo() {
        Map<String, String> training = new LinkedHashMap<>();
        training.put("steps", Long.toString(state.step()));
        training.put("data", data.fingerprint());
        training.put("config", TrainJson.write(config));
        // The name of ".", and of the root, which has none.
        Path folder = settings.out().toAbsolutePath().normalize();
        return new ModelInfo(
                Optional.ofNullable(folder.getFileName()).orElse(folder).toString(),
                config.model(),
                config.encoder(),
                config.textTokens(),
                config.codec(),
                data.set().imageSize(),
                settings.guidance(),
                training);
    }

    private static boolean isDue(int every, long step) {
        return every > 0 && step % every == 0;
    }

    private void log(Trainer trainer) {
        double loss = trainer.takeLoss();
        double seconds = seconds(lastLogTime);
        long steps = state.step() - lastLogged;
        double perStep = seconds / steps;
        double toLastStep = seconds(began) / (state.step() - first) * (settings.steps() - state.step());
        double left = settings.timeLimit()
                .map(limit -> Math.min(toLastStep, Math.max(0, seconds(limit) - seconds(began))))
                .orElse(toLastStep);
        var progress = new TrainListener.Progress(
                state.step(),
                settings.steps(),
                loss,
                trainer.gradientNorm(),
                config.batch() / perStep,
                left,
                backend.memory().peak());
        listeners.forEach(l -> l.progress(progress));
        lastLogged = state.step();
        lastLogTime = System.nanoTime();
    }

    private static double seconds(Duration duration) {
        return duration.toSeconds() + duration.getNano() / 1e9;
    }

    private static double seconds(long since) {
        return (System.nanoTime() - since) / 1e9;
    }
}
