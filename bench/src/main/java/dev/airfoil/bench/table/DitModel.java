package dev.airfoil.bench.table;

import dev.airfoil.autograd.Gradients;
import dev.airfoil.autograd.Tape;
import dev.airfoil.bench.Device;
import dev.airfoil.bench.peers.TorchDit;
import dev.airfoil.dit.DitAir;
import dev.airfoil.dit.DitConfig;
import dev.airfoil.nn.Parameter;
import dev.airfoil.nn.Params;
import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Scope;
import dev.airfoil.tensor.Shape;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.train.Adafactor;
import dev.airfoil.train.OptimizerState;
import java.util.Optional;

/**
 * A DiT-Air with random weights (none is zero, as some fresh ones are) and latents of pictures to work on, 256 x 256 if
 * nothing else is said.
 */
final class DitModel {
    /** Learning rate, the paper's. */
    static final double RATE = 1e-4;

    private static final int LATENT = 32;
    private static final int TEXT = 77;
    private static final int TIME_FEATURES = 256;
    private static final double SIGMA = 0.5;
    private static final double NOISE = 0.02;

    private final DitConfig config;
    private final Params params;
    private final DitAir dit;
    private final Tensor sigma;
    private final TorchDit.Question question;

    private DitModel(DitConfig config, int batch, int side) {
        this.config = config;
        this.params = Params.fresh(Scope.current(), 1);
        this.dit = new DitAir(config, params);
        int stream = 100;
        for (Parameter p : params.all().values()) {
            int number = stream++;
            p.set(Scope.call(
                    "noise",
                    () -> p.value()
                            .add(F.normal(1, number, p.value().shape().toArray())
                                    .mul(NOISE))));
        }
        this.sigma = F.fill(Shape.of(batch), SIGMA);
        this.question = question(config, batch, side);
    }

    /** A model that lives as long as the device. */
    static DitModel on(Device device, DitConfig config) {
        return on(device, config, 1, LATENT);
    }

    /** The same with so many latents of {@code side} rows and columns. */
    static DitModel on(Device device, DitConfig config, int batch, int side) {
        return device.keep(() -> new DitModel(config, batch, side));
    }

    DitConfig config() {
        return config;
    }

    Params params() {
        return params;
    }

    /** What the model is asked, and PyTorch's too. */
    TorchDit.Question question() {
        return question;
    }

    /** What a model of this configuration is asked. */
    static TorchDit.Question question(DitConfig config) {
        return question(config, 1, LATENT);
    }

    private static TorchDit.Question question(DitConfig config, int batch, int side) {
        return new TorchDit.Question(
                F.normal(1, 0, batch, config.latentChannels(), side, side),
                F.normal(1, 1, batch, TEXT, config.textDim()),
                F.normal(1, 2, batch, config.pooledDim()),
                F.timeFeatures(F.fill(Shape.of(batch), SIGMA), TIME_FEATURES),
                F.normal(1, 3, batch, config.latentChannels(), side, side));
    }

    /** Operations of the products and attention of one forward. */
    double operations() {
        double n = TEXT + Math.pow(LATENT / (double) config.patch(), 2);
        double d = config.dim();
        return config.layers() * (2 * n * 12 * d * d + 4 * n * n * d);
    }

    Tensor velocity() {
        return dit.forward(question.latent(), question.text(), question.pooled(), sigma, Optional.empty());
    }

    Gradients gradients() {
        return Tape.gradients(params.values(), () -> F.mse(velocity(), question.target()));
    }

    /** Begins to train it; what the optimizer remembers lives as long as the device. */
    Training training(Device device) {
        return device.keep(Training::new);
    }

    /** The model while it learns. */
    final class Training {
        private final OptimizerState state =
                new OptimizerState(Adafactor.paper(RATE), params.all().values(), Params.fresh(Scope.current(), 2));
        private long steps;

        /** Forward, backward, Adafactor: the loss. */
        Tensor step() {
            Gradients gradients = gradients();
            state.step(++steps, RATE, gradients.all());
            return gradients.value();
        }
    }
}
