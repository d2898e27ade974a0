package dev.airfoil.train;

import dev.airfoil.nn.Init;
import dev.airfoil.nn.Parameter;
import dev.airfoil.nn.Params;
import dev.airfoil.tensor.Dims;
import dev.airfoil.tensor.Interpreter;
import dev.airfoil.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * What an optimizer remembers of each parameter. The memory is made through {@link Params}, as a model's is: fresh ones
 * start at zero, those of a checkpoint go on where it stopped.
 */
public final class OptimizerState {
    private final Optimizer optimizer;
    private final Params memory;
    private final List<Learner> learners;

    /** A parameter and what is remembered of it. */
    private record Learner(Parameter parameter, List<Parameter> state) {}

    /**
     * @param parameters what learns
     * @param memory where the state is made; it must be empty so far
     */
    public OptimizerState(Optimizer optimizer, Collection<Parameter> parameters, Params memory) {
        this.optimizer = optimizer;
        this.memory = memory;
        this.learners = parameters.stream().map(this::learner).toList();
    }

    private Learner learner(Parameter parameter) {
        Params own = memory.in(parameter.name());
        List<Parameter> state = new ArrayList<>();
        optimizer
                .state(parameter.value().shape())
                .forEach((name, shape) -> state.add(own.get(name, Init.ZEROS, shape.toArray())));
        return new Learner(parameter, state);
    }

    /**
     * Changes every parameter and its state.
     *
     * @param step number of this step, from 1
     * @param rate learning rate of this step
     * @param gradients one for every parameter, in their order
     */
    public void step(long step, double rate, List<Tensor> gradients) {
        Dims.of("optimizer")
                .require(
                        gradients.size() == learners.size(),
                        gradients.size() + " gradients for " + learners.size() + " parameters");
        for (int i = 0; i < learners.size(); i++) {
            Parameter parameter = learners.get(i).parameter;
            List<Tensor> inputs = new ArrayList<>(List.of(parameter.value(), gradients.get(i)));
            learners.get(i).state.forEach(slot -> inputs.add(slot.value()));
            Iterator<Tensor> next = Interpreter.bind(
                            optimizer.update(parameter.value().shape(), step, rate), inputs)
                    .iterator();
            parameter.set(next.next());
            learners.get(i).state.forEach(slot -> slot.set(next.next()));
        }
    }

    /** The state by name: {@code PARAMETER.SLOT}. */
    public Map<String, Parameter> all() {
        return memory.all();
    }
}
