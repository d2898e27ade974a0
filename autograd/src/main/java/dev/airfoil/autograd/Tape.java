package dev.airfoil.autograd;

import dev.airfoil.tensor.Backend;
import dev.airfoil.tensor.DType;
import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Fused;
import dev.airfoil.tensor.Interpreter;
import dev.airfoil.tensor.Op;
import dev.airfoil.tensor.Scope;
import dev.airfoil.tensor.Storage;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.TensorException;
import dev.airfoil.tensor.View;
import dev.airfoil.tensor.Vjp;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * Runs ops through another interpreter and remembers those that depend on the watched tensors; then walks back and asks
 * each for its vjp.
 *
 * <pre>{@code
 * Gradients g = Tape.gradients(parameters, () -> F.mse(model.forward(x), y));
 * }</pre>
 *
 * Memory falls on the way back: when the walk passes the op that made a tensor, everything that read it has been passed
 * already, so the tensor is let go, and its gradient too.
 */
public final class Tape implements Interpreter {
    /** What a tape does at {@link Interpreter#block}. */
    public enum Blocks {
        /** Remembers everything inside. */
        REMEMBER,
        /** Remembers only the inputs and runs the block again on the way back: less memory, a third more work. */
        RECOMPUTE
    }

    private final Interpreter inner;
    private final Blocks blocks;
    private final List<Tensor> watched;
    private final List<Entry> entries = new ArrayList<>();
    private final Set<Tensor> tracked = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Set<Tensor> outside;

    private Tape(Interpreter inner, Blocks blocks, List<Tensor> watched, Set<Tensor> outside) {
        this.inner = inner;
        this.blocks = blocks;
        this.watched = List.copyOf(watched);
        this.tracked.addAll(watched);
        this.outside = outside;
    }

    /** The gradients of a scalar function for {@code wrt}. */
    public static Gradients gradients(List<Tensor> wrt, Supplier<Tensor> body) {
        return gradients(wrt, Blocks.REMEMBER, body);
    }

    /** The gradients of a scalar function for {@code wrt}. */
    public static Gradients gradients(List<Tensor> wrt, Blocks blocks, Supplier<Tensor> body) {
        return differentiate(wrt, blocks, body, value -> {
            if (value.size() != 1) {
                throw new TensorException("gradients: the function returns " + value.spec()
                        + " where one number is wanted; use Tape.pullback with a cotangent");
            }
            return F.fill(value.spec(), 1);
        });
    }

    /** The gradients of {@code sum(body * cotangent)} for {@code wrt}; {@code cotangent} has the shape of the value. */
    public static Gradients pullback(List<Tensor> wrt, Supplier<Tensor> body, Tensor cotangent) {
        Objects.requireNonNull(cotangent, "cotangent");
        return differentiate(wrt, Blocks.REMEMBER, body, _ -> cotangent);
    }

    private static Gradients differentiate(
            List<Tensor> wrt, Blocks blocks, Supplier<Tensor> body, UnaryOperator<Tensor> seed) {
        Objects.requireNonNull(blocks, "blocks");
        for (Tensor t : wrt) {
            Objects.requireNonNull(t, "a tensor of wrt");
        }
        Interpreter inner = Interpreter.current();
        Tape tape = new Tape(inner, blocks, wrt, Set.of());
        return tape.scoped("tape", () -> {
            Tensor value = tape.call(body);
            if (value == null) {
                throw new TensorException("gradients: the function returns null where a tensor is wanted");
            }
            List<Tensor> gradients = inner.call(() ->
                    tape.scoped("backward", () -> tape.new Walk(List.of(value)).back(List.of(seed.apply(value)), wrt)));
            return new Gradients(value, wrt, gradients);
        });
    }

    /** True if another tape remembers what this one does, for gradients of gradients: then nothing may be freed. */
    private boolean nested() {
        return inner instanceof Tape;
    }

    private <T> T scoped(String name, Supplier<T> body) {
        return nested() ? body.get() : Scope.call(name, body);
    }

    @Override
    public Backend backend() {
        return inner.backend();
    }

    @Override
    public List<Tensor> apply(Op op, List<Tensor> inputs) {
        if (inputs.stream().anyMatch(t -> outside.contains(t) && !tracked.contains(t))) {
            throw new TensorException(
                    op.name() + ": a block that is recomputed reads a tensor that was computed outside;"
                            + " pass it to the block as an input");
        }
        if (inputs.stream().noneMatch(tracked::contains)) {
            return inner.apply(op, inputs);
        }
        if (op instanceof Fused fused && !fused.hasOwnGradient()) {
            return call(() -> fused.define(inputs));
        }
        List<Tensor> outputs = inner.apply(op, inputs);
        return remember(new Entry(inputs, outputs, !(op instanceof View), op::vjp));
    }

    @Override
    public List<Tensor> block(List<Tensor> inputs, UnaryOperator<List<Tensor>> body) {
        if (blocks == Blocks.REMEMBER || inputs.stream().noneMatch(tracked::contains)) {
            return call(() -> body.apply(inputs));
        }
        List<Tensor> outputs = inner.call(() -> inner.block(inputs, body));
        List<Tensor> all = new ArrayList<>(inputs);
        watched.stream().filter(w -> !inputs.contains(w)).forEach(all::add);
        return remember(new Entry(all, outputs, true, vjp -> {
            Tape again = new Tape(
                    inner, blocks, all.stream().filter(tracked::contains).toList(), tracked);
            List<Tensor> values = again.call(() -> body.apply(inputs));
            List<Tensor> seeds = new ArrayList<>();
            for (int i = 0; i < values.size(); i++) {
                seeds.add(vjp.grad(i));
            }
            List<Tensor> gradients = again.new Walk(values).back(seeds, again.watched);
            for (int i = 0, g = 0; i < all.size(); i++) {
                if (tracked.contains(all.get(i))) {
                    Tensor gradient = gradients.get(g++);
                    vjp.give(i, () -> gradient);
                }
            }
        }));
    }

    private List<Tensor> remember(Entry entry) {
        entries.add(entry);
        tracked.addAll(entry.outputs);
        return entry.outputs;
    }

    /** One remembered step; {@code owns} if its outputs have memory of their own; {@code rule} gives the gradients. */
    private record Entry(List<Tensor> inputs, List<Tensor> outputs, boolean owns, Consumer<Vjp> rule) {}

    /** One walk back over the entries. */
    private final class Walk {
        private final Map<Tensor, Tensor> gradients = new IdentityHashMap<>();
        private final Map<Storage, Integer> uses = new IdentityHashMap<>();
        private final Set<Storage> kept = Collections.newSetFromMap(new IdentityHashMap<>());
        private final Scope scope = Scope.current();
        private final List<Tensor> values;

        Walk(List<Tensor> values) {
            this.values = values;
            values.forEach(v -> kept.add(v.storage()));
        }

        List<Tensor> back(List<Tensor> seeds, List<Tensor> wrt) {
            for (int i = 0; i < values.size(); i++) {
                if (!seeds.get(i).shape().equals(values.get(i).shape())) {
                    throw new TensorException("gradients: the cotangent is "
                            + seeds.get(i).spec() + " where the value is "
                            + values.get(i).spec());
                }
                add(values.get(i), seeds.get(i));
            }
            Set<Tensor> leaves = Collections.newSetFromMap(new IdentityHashMap<>());
            leaves.addAll(wrt);
            while (!entries.isEmpty()) {
                Entry entry = entries.removeLast();
                if (entry.outputs.stream().anyMatch(gradients::containsKey)) {
                    scoped("vjp", () -> {
                        Step step = new Step(entry);
                        entry.rule.accept(step);
                        return step.given;
                    });
                }
                entry.outputs.stream().filter(t -> !leaves.contains(t)).forEach(this::forget);
                if (entry.owns) {
                    entry.outputs.forEach(t -> letGo(t, entry.inputs));
                }
            }
            return wrt.stream()
                    .map(t -> gradients.containsKey(t) ? gradients.get(t) : F.fill(t.shape(), 0))
                    .toList();
        }

        private void add(Tensor tensor, Tensor gradient) {
            gradients.put(tensor, gradient);
            uses.merge(gradient.storage(), 1, Integer::sum);
        }

        /** A weight that is used twice may have one gradient in F32 and one in its own type. */
        private Tensor sum(Tensor a, Tensor b) {
            return a.dtype() == b.dtype() ? F.add(a, b) : F.add(F.cast(a, DType.F32), F.cast(b, DType.F32));
        }

        /** Drops the gradient of {@code tensor}; its memory goes when no other gradient shares it. */
        private void forget(Tensor tensor) {
            Tensor gradient = gradients.remove(tensor);
            if (gradient != null && uses.merge(gradient.storage(), -1, Integer::sum) == 0) {
                uses.remove(gradient.storage());
                if (scope.owns(gradient) && !nested()) {
                    Scope.release(gradient);
                }
            }
        }

        /** Drops an output of the way forward, unless it is a view of an input: nothing further back reads it. */
        private void letGo(Tensor output, List<Tensor> inputs) {
            Storage storage = output.storage();
            boolean view = inputs.stream().anyMatch(t -> t.storage() == storage);
            if (!view && !nested() && storage.isAlive() && !kept.contains(storage) && !uses.containsKey(storage)) {
                Scope.release(output);
            }
        }

        /** What one op sees. */
        private final class Step implements Vjp {
            private final Entry entry;
            private final List<Tensor> given = new ArrayList<>();

            Step(Entry entry) {
                this.entry = entry;
            }

            @Override
            public Tensor in(int i) {
                return entry.inputs.get(i);
            }

            @Override
            public Tensor out(int i) {
                return entry.outputs.get(i);
            }

            @Override
            public int inputs() {
                return entry.inputs.size();
            }

            @Override
            public Tensor grad(int i) {
                Tensor gradient = gradients.get(out(i));
                return gradient != null ? gradient : F.fill(out(i).spec(), 0);
            }

            @Override
            public void give(int i, Supplier<Tensor> gradient) {
                if (!tracked.contains(in(i))) {
                    return;
                }
                Tensor now = gradient.get();
                if (!now.shape().equals(in(i).shape())) {
                    throw new IllegalStateException(
                            "the gradient of input " + i + " is " + now.spec() + " where the input is " + in(i).spec());
                }
                Tensor before = gradients.get(in(i));
                if (before == null) {
                    add(in(i), now);
                    given.add(now);
                } else {
                    Tensor sum = sum(before, now);
                    forget(in(i));
                    add(in(i), sum);
                    given.add(sum);
                }
            }
        }
    }
}
