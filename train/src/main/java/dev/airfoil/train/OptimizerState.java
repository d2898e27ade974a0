package dev.airfoil.train;

import dev.airfoil.nn.Init;
import dev.airfoil.nn.Parameter;
import dev.airfoil.nn.Params;
import dev.airfoil.tensor.Interpreter;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.TensorException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What an optimizer remembers of each parameter. The memory is made through {@link Params}, as a model's is: fresh ones
 * start at zero, those of a checkpoint go on where it stopped.
 */
public final class OptimizerState {
    private final Optimizer optimizer;
    private final Map<String, Parameter> parameters;
    private final Params memory;
    private final Map<String, List<Parameter>> slots = new LinkedHashMap<>();

    /**
     * @param parameters what learns, by name
     * @param memory where the state is made; it must be empty so far
     */
    public OptimizerState(Optimizer optimizer, Map<String, Parameter> parameters, Params memory) {
        this.optimizer = optimizer;
        this.parameters = Map.copyOf(parameters);
        this.memory = memory;
        parameters.forEach((name, parameter) -> {
            List<Parameter> own = new ArrayList<>();
            optimizer
                    .state(parameter.value().shape())
                    .forEach((slot, shape) -> own.add(memory.in(name).get(slot, Init.ZEROS, shape.toArray())));
            slots.put(name, List.copyOf(own));
        });
    }

    /**
     * Changes every parameter and its state.
     *
     * @param step number of this step, from 1
     * @param rate learning rate of this step
     * @param gradients one for every parameter, by its name
     */
    public void step(long step, double rate, Map<String, Tensor> gradients) {
        slots.forEach((name, own) -> {
            Parameter parameter = parameters.get(name);
            Tensor gradient = gradients.get(name);
            if (gradient == null) {
                throw new TensorException("there is no gradient for the parameter " + name);
            }
            List<Tensor> inputs = new ArrayList<>(List.of(parameter.value(), gradient));
            own.forEach(slot -> inputs.add(slot.value()));
            List<Tensor> next =
                    Interpreter.bind(optimizer.update(parameter.value().shape(), step, rate), inputs);
            parameter.set(next.getFirst());
            for (int i = 0; i < own.size(); i++) {
                own.get(i).set(next.get(i + 1));
            }
        });
    }

    /** The state by name: {@code PARAMETER.SLOT}. */
    public Map<String, Parameter> all() {
        return memory.all();
    }
}
