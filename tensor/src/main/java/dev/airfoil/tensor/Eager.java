package dev.airfoil.tensor;

import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * Runs ops at once on one backend: by kernel where there is one, else by definition. Half-width tensors that no kernel
 * reads are widened to F32 and the results rounded, which is what an op on them means.
 */
public final class Eager implements Interpreter {
    private final Backend backend;

    public Eager(Backend backend) {
        this.backend = Objects.requireNonNull(backend, "backend");
    }

    @Override
    public Backend backend() {
        return backend;
    }

    @Override
    public List<Tensor> apply(Op op, List<Tensor> inputs) {
        for (Tensor t : inputs) {
            if (!t.storage().isAlive()) {
                t.storage().requireAlive(op.name()); // only now: making the name takes as long as a small op
            }
            if (t.storage().backend() != backend) {
                String other = t.storage().backend().name();
                throw new TensorException(op.name() + ": an input lies on backend " + other + " but runs on "
                        + (other.equals(backend.name()) ? "another of that name" : backend.name())
                        + "; copy it with Tensor.to, or bind the interpreter in this thread too");
            }
        }
        List<TensorSpec> outputs = infer(op, inputs);
        if (op instanceof View view) {
            Tensor x = inputs.getFirst();
            return List.of(x.withLayout(view.view(x.layout())));
        }
        if (backend.supports(op, inputs)) {
            List<Tensor> out = outputs.stream().map(this::empty).toList();
            backend.execute(op, inputs, out);
            return out;
        }
        if (inputs.stream().anyMatch(t -> t.dtype().isHalf())) {
            return widened(op, inputs, outputs);
        }
        if (op instanceof Fused fused) {
            // The definition's own ops come back here, not to whoever recorded the fused op: one level is enough.
            return call(() -> Scope.call(op.name(), () -> fused.define(inputs)));
        }
        throw new TensorException("backend " + backend.name() + " lacks the primitive op " + op.name() + " for "
                + inputs.stream().map(Tensor::spec).toList());
    }

    private static List<TensorSpec> infer(Op op, List<Tensor> inputs) {
        try {
            return op.infer(inputs.stream().map(Tensor::spec).toList());
        } catch (IndexOutOfBoundsException | NoSuchElementException e) {
            throw new TensorException(op.name() + ": more inputs are wanted than the " + inputs.size() + " given", e);
        }
    }

    private List<Tensor> widened(Op op, List<Tensor> inputs, List<TensorSpec> outputs) {
        return call(() -> Scope.call(op.name(), () -> {
            List<Tensor> wide = apply(
                    op,
                    inputs.stream()
                            .map(t -> t.dtype().isHalf() ? F.cast(t, DType.F32) : t)
                            .toList());
            return IntStream.range(0, wide.size())
                    .mapToObj(i -> F.cast(wide.get(i), outputs.get(i).dtype()))
                    .toList();
        }));
    }

    private Tensor empty(TensorSpec spec) {
        return new Tensor(backend.allocate(spec.bytes()), spec.dtype(), Layout.contiguous(spec.shape()));
    }
}
