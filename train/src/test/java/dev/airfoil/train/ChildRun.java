package dev.airfoil.train;

import dev.airfoil.autograd.Tape;
import dev.airfoil.tensor.Backend;
import dev.airfoil.tensor.BackendProvider;
import dev.airfoil.tensor.Backends;
import dev.airfoil.tensor.TensorException;
import dev.airfoil.train.data.FolderSource;
import dev.airfoil.train.data.Progress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Something in a process of its own, for the tests that treat it badly: a training run of {@code SET OUT STEPS}, or a set
 * at {@code OUT} of the pictures in {@code IMAGES OUT}.
 */
final class ChildRun {
    private ChildRun() {}

    public static void main(String[] args) {
        try {
            if (args.length == 2) {
                FolderSource.build(Path.of(args[0]), Path.of(args[1]), 512, Progress.NONE);
            } else {
                train(args);
            }
        } catch (TensorException e) {
            System.out.println("failed " + e.getMessage());
        }
    }

    private static void train(String... args) {
        RunSettings settings = new RunSettings(
                Path.of(args[0]),
                Path.of(args[1]),
                Long.parseLong(args[2]),
                Optional.empty(),
                Tape.Blocks.REMEMBER,
                3,
                new RunSettings.Every(1, 0, 0, 0));
        TrainListener toldAll = new TrainListener() {
            @Override
            public void progress(Progress p) {
                System.out.println("step " + p.step());
            }
        };
        try (Backend backend = Backends.open("reference", BackendProvider.Options.DEFAULT);
                StopSignal stop = StopSignal.onInterrupt()) {
            TrainResult result = Files.exists(settings.checkpoint())
                    ? Training.resume(Optional.empty(), settings, backend, toldAll, stop)
                    : Training.start(Tiny.config(), settings, backend, toldAll, stop);
            System.out.println("ended " + result.end());
        }
    }
}
