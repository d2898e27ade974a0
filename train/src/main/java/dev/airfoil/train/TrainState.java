package dev.airfoil.train;

import dev.airfoil.dit.DitAir;
import dev.airfoil.nn.Parameter;
import dev.airfoil.nn.Params;
import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Scope;
import dev.airfoil.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What a run changes: the weights, their average (a model of its own), the optimizer's memory, and the number of steps
 * done. All of it, and nothing else, is in a checkpoint.
 */
final class TrainState implements AutoCloseable {
    private final Scope scope;
    private final TrainConfig config;
    private final Params params;
    private final Params emaParams;
    private final DitAir model;
    private final DitAir ema;
    private final OptimizerState optimizer;
    private long step;

    private TrainState(TrainConfig config, Scope scope, Params params, Params emaParams, Params memory, long step) {
        this.config = config;
        this.scope = scope;
        this.params = params;
        this.model = new DitAir(config.model(), params);
        this.emaParams = emaParams;
        this.ema = new DitAir(config.model(), emaParams);
        this.optimizer = new OptimizerState(config.optimizer(), params.all().values(), memory);
        this.step = step;
    }

    /** The state before the first step: of one seed, model and average are the same weights. */
    static TrainState fresh(TrainConfig config) {
        return in(scope -> {
            Supplier<Params> fresh = () -> Params.fresh(scope, config.seed());
            return new TrainState(config, scope, fresh.get(), fresh.get(), fresh.get(), 0);
        });
    }

    /** The state in a checkpoint. */
    static TrainState load(TrainConfig config, Checkpoint checkpoint) {
        return in(scope -> {
            Params params = Params.load(scope, checkpoint.source(Checkpoint.MODEL));
            Params ema = Params.load(scope, checkpoint.source(Checkpoint.EMA));
            Params memory = Params.load(scope, checkpoint.source(Checkpoint.OPTIMIZER));
            TrainState state = new TrainState(config, scope, params, ema, memory, checkpoint.step());
            List.of(params, ema, memory).forEach(Params::requireAllUsed);
            return state;
        });
    }

    /** A state in a new scope, which ends at once if the state cannot be made. */
    private static TrainState in(Function<Scope, TrainState> make) {
        Scope scope = Scope.open("training state");
        try {
            return make.apply(scope);
        } catch (RuntimeException | Error e) {
            scope.close();
            throw e;
        }
    }

    /**
     * Makes one step.
     *
     * @param gradients in the order of {@link #values}
     */
    void learn(List<Tensor> gradients) {
        step++;
        optimizer.step(step, config.rate(step), gradients);
        double keep = config.emaDecay(step);
        emaParams
                .all()
                .forEach((name, average) -> average.set(
                        F.lerp(average.value(), params.all().get(name).value(), 1 - keep)));
    }

    /** The weights as they are now. */
    List<Tensor> values() {
        return params.values();
    }

    /** The averaged weights by name. */
    Map<String, Tensor> averages() {
        Map<String, Tensor> averages = new LinkedHashMap<>();
        emaParams.all().forEach((name, p) -> averages.put(name, p.value()));
        return averages;
    }

    /** The model that learns. */
    DitAir model() {
        return model;
    }

    /** The model with the averaged weights. */
    DitAir ema() {
        return ema;
    }

    /** Steps done. */
    long step() {
        return step;
    }

    /** Everything by its prefix in a checkpoint. */
    Map<String, Map<String, Parameter>> all() {
        Map<String, Map<String, Parameter>> all = new LinkedHashMap<>();
        all.put(Checkpoint.MODEL, params.all());
        all.put(Checkpoint.EMA, emaParams.all());
        all.put(Checkpoint.OPTIMIZER, optimizer.all());
        return all;
    }

    @Override
    public void close() {
        scope.close();
    }
}
