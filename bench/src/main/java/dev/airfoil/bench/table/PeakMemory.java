package dev.airfoil.bench.table;

import dev.airfoil.bench.Device;
import dev.airfoil.bench.peers.Contender;
import dev.airfoil.bench.peers.Torch;
import dev.airfoil.bench.peers.TorchDit;
import dev.airfoil.dit.DitConfig;
import dev.airfoil.tensor.BackendProvider.Precision;
import dev.airfoil.tensor.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * The most memory that training DiT-Air/S takes: how far the resident memory of a process of its own grows, at most, over
 * what it was before the model was made. Linux only.
 */
public final class PeakMemory {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final Path RESET = Path.of("/proc/self/clear_refs");
    private static final int STEPS = 3;

    /** Whose training. */
    enum Who {
        OURS,
        PYTORCH
    }

    private PeakMemory() {}

    /** Whether this system tells. */
    static boolean isKnown() {
        return Files.isReadable(STATUS) && Files.isWritable(RESET);
    }

    /** Measures in a process of its own: bytes. */
    static double bytes(Who who, int threads) {
        return Child.number(PeakMemory.class, who.name(), Integer.toString(threads));
    }

    /** Prints the bytes; {@code args} are who trains, and the number of threads. */
    public static void main(String[] args) throws IOException {
        Child.endWithParent();
        int threads = Integer.parseInt(args[1]);
        DitConfig config = DitConfig.preset("air-s");
        Who who = Who.valueOf(args[0]);
        Optional<Torch> torch = who == Who.PYTORCH ? Torch.open().found() : Optional.empty();
        try (Lab lab = new Lab("cpu", Precision.F32, threads, torch, Optional.empty())) {
            switch (who) {
                case OURS -> {
                    double before = kilobytes("VmRSS:");
                    DitModel.Training training =
                            DitModel.on(lab.device(), config).training(lab.device());
                    train(() -> lab.device().run(training::step), before);
                }
                case PYTORCH -> {
                    SequencedMap<String, Shape> shapes = shapes(config);
                    double before = kilobytes("VmRSS:");
                    Contender step = lab.keep(
                                    () -> new TorchDit(torch.orElseThrow(), config, shapes, DitModel.question(config)))
                            .step(DitModel.RATE, 0);
                    train(step::run, before);
                }
            }
        } finally {
            torch.ifPresent(Torch::close);
        }
    }

    /** From a model of ours, which is gone again when PyTorch's is made. */
    private static SequencedMap<String, Shape> shapes(DitConfig config) {
        try (Device device = new Device("cpu")) {
            return TorchDit.shapes(DitModel.on(device, config).params());
        }
    }

    private static void train(Runnable step, double before) throws IOException {
        Files.writeString(RESET, "5"); // the peak starts again from here
        for (int i = 0; i < STEPS; i++) {
            step.run();
        }
        System.out.println(1024 * (kilobytes("VmHWM:") - before));
    }

    private static double kilobytes(String key) throws IOException {
        for (String line : Files.readAllLines(STATUS)) {
            if (line.startsWith(key)) {
                return Double.parseDouble(line.replaceAll("[^0-9]", ""));
            }
        }
        throw new IllegalStateException(STATUS + " has no line " + key);
    }
}
