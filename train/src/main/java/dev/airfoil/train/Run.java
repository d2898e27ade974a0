package dev.airfoil.train;

import dev.airfoil.pipeline.LatentCodec;
import dev.airfoil.tensor.Backend;
import dev.airfoil.tensor.Interpreter;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.train.TrainResult.End;
import dev.airfoil.train.data.ImageTextSet;
import dev.airfoil.train.data.Split;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** One run, from the step it finds to the end: what happens when. */
final class Run {
    private final TrainConfig config;
    private final RunSettings settings;
    private final TrainState state;
    private final ImageTextSet set;
    private final TextCache texts;
    private final LatentCodec codec;
    private final String data;
    private final TrainListener listener;
    private final StopSignal stop;
    private final Backend backend = Interpreter.current().backend();
    private final Validation validation;
    private final long began = System.nanoTime();
    private long lastSaved;
    private long lastLogged;
    private long lastLogTime;

    Run(
            TrainConfig config,
            RunSettings settings,
            TrainState state,
            ImageTextSet set,
            TextCache texts,
            LatentCodec codec,
            String data,
            TrainListener listener,
            StopSignal stop) {
        this.config = config;
        this.settings = settings;
        this.state = state;
        this.set = set;
        this.texts = texts;
        this.codec = codec;
        this.data = data;
        this.listener = listener;
        this.stop = stop;
        this.validation = new Validation(config, set, texts, codec);
        this.lastSaved = state.step();
        this.lastLogged = state.step();
    }

    TrainResult toTheEnd() {
        listener.started(new TrainListener.Started(
                state.step(),
                settings.steps(),
                state.values().stream().mapToLong(Tensor::size).sum(),
                set.rows(Split.TRAIN).length,
                backend.name() + ": " + backend.description()));
        lastLogTime = System.nanoTime();
        End end;
        try (Trainer trainer = new Trainer(config, state, codec, settings.blocks());
                Batches batches = new Batches(config, set, texts, state.step() + 1)) {
            Optional<End> reason = reasonToEnd();
            while (reason.isEmpty()) {
                trainer.step(batches);
                reason = reasonToEnd();
                afterStep(trainer, reason.isPresent());
            }
            end = reason.get();
        }
        TrainResult result =
                new TrainResult(state.step(), end, seconds(began), backend.memory().peak());
        listener.ended(result);
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
                .filter(limit -> System.nanoTime() - began >= limit.toNanos())
                .map(_ -> End.TIME);
    }

    /** What the step's number asks for. The loss is looked at before anything is saved. */
    private void afterStep(Trainer trainer, boolean last) {
        long step = state.step();
        boolean save = last || isDue(settings.saveEvery(), step);
        if (save || isDue(settings.logEvery(), step)) {
            log(trainer);
        }
        if (!validation.isEmpty() && isDue(settings.validateEvery(), step)) {
            List<Double> losses = validation.bySigma(state.ema());
            listener.validated(
                    step, losses, losses.stream().mapToDouble(l -> l).average().orElseThrow());
        }
        if (isDue(settings.sampleEvery(), step)) {
            listener.sampled(step, SampleSheet.draw(config, state.ema(), set, texts, codec, settings.samples(step)));
        }
        if (save) {
            Checkpoint.write(settings.checkpoint(), state, config, data);
            listener.saved(step, settings.checkpoint());
        }
    }

    private static boolean isDue(int every, long step) {
        return every > 0 && step % every == 0;
    }

    private void log(Trainer trainer) {
        double loss = trainer.takeLoss();
        double seconds = seconds(lastLogTime);
        long steps = state.step() - lastLogged;
        double perStep = seconds / steps;
        double toLastStep = perStep * (settings.steps() - state.step());
        double left = settings.timeLimit()
                .map(Duration::toNanos)
                .map(limit -> Math.min(toLastStep, Math.max(0, limit / 1e9 - seconds(began))))
                .orElse(toLastStep);
        listener.progress(new TrainListener.Progress(
                state.step(),
                settings.steps(),
                loss,
                trainer.gradientNorm(),
                config.batch() / perStep,
                left,
                backend.memory().peak()));
        lastLogged = state.step();
        lastLogTime = System.nanoTime();
    }

    private static double seconds(long since) {
        return (System.nanoTime() - since) / 1e9;
    }
}
