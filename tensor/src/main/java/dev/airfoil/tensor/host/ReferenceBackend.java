package dev.airfoil.tensor.host;

import dev.airfoil.tensor.BackendProvider.Options;
import dev.airfoil.tensor.Op;
import dev.airfoil.tensor.Primitive;
import dev.airfoil.tensor.Tensor;
import java.util.List;

/**
 * Plain loops with double accumulation: the meaning of the primitives and the oracle for every kernel. Always there,
 * never fast.
 */
public final class ReferenceBackend extends HostBackend {
    public ReferenceBackend(Options options) {
        super(options);
    }

    @Override
    public String name() {
        return "reference";
    }

    @Override
    public String description() {
        return "plain Java loops, one thread, double accumulation";
    }

    @Override
    public boolean supports(Op op, List<Tensor> inputs) {
        return op instanceof Primitive && readable(op, inputs);
    }

    @Override
    public void execute(Op op, List<Tensor> inputs, List<Tensor> outputs) {
        ReferenceLoops.run((Primitive) op, inputs, outputs);
    }
}
