package dev.airfoil.tensor;

import java.util.List;

/** Runs ops at once on one backend: by kernel where there is one, else by definition. */
public final class Eager implements Interpreter {
    private final Backend backend;

    public Eager(Backend backend) {
        this.backend = backend;
    }

    @Override
    public Backend backend() {
        return backend;
    }

    @Override
    public List<Tensor> apply(Op op, List<Tensor> inputs) {
        for (Tensor t : inputs) {
            t.storage().requireAlive(op.name());
            if (t.storage().backend() != backend) {
                throw new TensorException(op.name() + ": an input lies on backend "
                        + t.storage().backend().name() + " but runs on " + backend.name() + "; copy it with Tensor.to");
            }
        }
        List<TensorSpec> outputs = op.infer(inputs.stream().map(Tensor::spec).toList());
        if (op instanceof View view) {
            Tensor x = inputs.getFirst();
            return List.of(x.withLayout(view.view(x.layout())));
        }
        if (backend.supports(op, inputs)) {
            List<Tensor> out = outputs.stream().map(this::empty).toList();
            backend.execute(op, inputs, out);
            return out;
        }
        if (op instanceof Fused fused) {
            // The definition's own ops come back here, not to whoever recorded the fused op: one level is enough.
            return call(() -> Scope.call(op.name(), () -> fused.define(inputs)));
        }
        throw new TensorException("backend " + backend.name() + " lacks the primitive op " + op.name() + " for "
                + inputs.stream().map(Tensor::spec).toList());
    }

    private Tensor empty(TensorSpec spec) {
        return new Tensor(backend.allocate(spec.bytes()), spec.dtype(), Layout.contiguous(spec.shape()));
    }
}
