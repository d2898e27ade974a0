package dev.airfoil.train;

import dev.airfoil.autograd.Gradients;
import dev.airfoil.autograd.Tape;
import dev.airfoil.nn.Init;
import dev.airfoil.nn.Parameter;
import dev.airfoil.nn.Params;
import dev.airfoil.pipeline.LatentCodec;
import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Scope;
import dev.airfoil.tensor.Shape;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.TensorException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * The arithmetic of one training step, and nothing else: gradients of the micro-batches, summed, perhaps clipped, given
 * to the {@link TrainState}. The loss stays on the device until somebody asks.
 */
final class Trainer implements AutoCloseable {
    private final TrainConfig config;
    private final TrainState state;
    private final LatentCodec codec;
    private final Tape.Blocks blocks;
    private final Scope scope = Scope.open("losses");
    private final Parameter loss;
    private final Parameter norm;
    private int steps;

    Trainer(TrainConfig config, TrainState state, LatentCodec codec, Tape.Blocks blocks) {
        this.config = config;
        this.state = state;
        this.codec = codec;
        this.blocks = blocks;
        Params numbers = Params.fresh(scope, 0);
        this.loss = numbers.get("loss", Init.ZEROS);
        this.norm = numbers.get("norm", Init.ZEROS);
    }

    /** Makes one step. */
    void step(Batches batches) {
        Scope.run("training step", () -> {
            List<Tensor> sum = List.of();
            for (int micro = 0; micro < config.microBatches(); micro++) {
                List<Tensor> before = sum;
                sum = Scope.call("micro-batch", () -> plus(before, gradients(batches)));
                before.forEach(Scope::release);
            }
            state.learn(config.clip().isPresent() ? clipped(sum, config.clip().getAsDouble()) : sum);
        });
        steps++;
    }

    private List<Tensor> gradients(Batches batches) {
        HostBatch host = batches.next();
        Batch batch = host.upload(codec, config.seed());
        batches.done(host);
        Gradients gradients = Tape.gradients(
                state.values(),
                blocks,
                () -> FlowMatching.loss(state.model(), batch).mul(1.0 / config.microBatches()));
        loss.set(loss.value().add(gradients.value()));
        return gradients.all();
    }

    private static List<Tensor> plus(List<Tensor> sum, List<Tensor> more) {
        if (sum.isEmpty()) {
            return more;
        }
        List<Tensor> both = new ArrayList<>();
        for (int i = 0; i < sum.size(); i++) {
            both.add(sum.get(i).add(more.get(i)));
        }
        return both;
    }

    private List<Tensor> clipped(List<Tensor> gradients, double most) {
        norm.set(norm(gradients));
        return shortened(gradients, norm.value(), most);
    }

    /** The norm of all together. */
    static Tensor norm(List<Tensor> gradients) {
        Tensor square = F.fill(Shape.SCALAR, 0);
        for (Tensor gradient : gradients) {
            square = square.add(F.reshape(F.sum(gradient.square())));
        }
        return F.sqrt(square);
    }

    /** The gradients, scaled together to the norm {@code most} if theirs is above it. Nothing leaves the device. */
    static List<Tensor> shortened(List<Tensor> gradients, Tensor norm, double most) {
        Tensor one = F.fill(Shape.SCALAR, 1);
        Tensor scale = one.div(F.maximum(one, norm.mul(1 / most)));
        return gradients.stream().map(g -> g.mul(scale)).toList();
    }

    /**
     * The mean loss since the last time, which begins a new time.
     *
     * @throws TensorException if it is not a number
     */
    double takeLoss() {
        double mean = loss.value().item() / Math.max(1, steps);
        Scope.run("losses", () -> loss.set(F.fill(Shape.SCALAR, 0)));
        steps = 0;
        if (!Double.isFinite(mean)) {
            throw new TensorException("training has diverged: by step " + state.step() + " the loss is " + mean
                    + "; the last checkpoint is intact, resume it or start again with a lower learning rate");
        }
        return mean;
    }

    /** Norm of the last step's gradients; only if they are clipped. */
    OptionalDouble gradientNorm() {
        return config.clip().isPresent() ? OptionalDouble.of(norm.value().item()) : OptionalDouble.empty();
    }

    @Override
    public void close() {
        scope.close();
    }
}
