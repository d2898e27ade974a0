package dev.airfoil.tensor;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The owner of memory. Every tensor belongs to the scope that was innermost when it was made and dies with it; what is
 * returned from {@link #call} moves to the enclosing scope.
 *
 * <pre>{@code
 * try (Scope model = Scope.open("model")) {
 *     Tensor w = model.call(() -> Tensor.of(weights, 3, 4));        // lives as long as the model
 *     float[] y = Scope.call("forward", () -> F.softmax(w).toFloats()); // the intermediate is gone afterwards
 * }
 * }</pre>
 */
public final class Scope implements AutoCloseable {
    private static final ScopedValue<Scope> CURRENT = ScopedValue.newInstance();

    private final String name;
    private final Set<Storage> owned = Collections.newSetFromMap(new IdentityHashMap<>());
    private boolean closed;

    private Scope(String name) {
        this.name = Objects.requireNonNull(name, "name");
    }

    /** Something that is not a tensor but holds some: what a scope returns of it survives the scope. */
    public interface Holder {
        /** The tensors held. */
        List<Tensor> tensors();
    }

    /** A scope with a life of its own, for weights and other long-lived tensors; bind it with {@link #call(Supplier)}. */
    public static Scope open(String name) {
        return new Scope(name);
    }

    /** Runs {@code body} in a new scope that ends with it. */
    public static void run(String name, Runnable body) {
        Objects.requireNonNull(body, "body");
        call(name, () -> {
            body.run();
            return Optional.empty();
        });
    }

    /**
     * Runs {@code body} in a new scope that ends with it. Tensors in the result (a {@link Tensor}, a {@link Holder}, or
     * an Iterable, Optional or Map of such) move to the enclosing scope.
     */
    public static <T> T call(String name, Supplier<T> body) {
        try (Scope scope = new Scope(name)) {
            T result = scope.call(body);
            scope.letGo(result);
            return result;
        }
    }

    /** Runs {@code body} with this as the innermost scope; everything made stays here. */
    public <T> T call(Supplier<T> body) {
        return ScopedValue.where(CURRENT, this).call(Objects.requireNonNull(body, "body")::get);
    }

    /** Runs {@code body} with this as the innermost scope; everything made stays here. */
    public void run(Runnable body) {
        ScopedValue.where(CURRENT, this).run(Objects.requireNonNull(body, "body"));
    }

    /** Takes over {@code tensor}'s memory from whichever scope has it. */
    public void adopt(Tensor tensor) {
        Storage storage = tensor.storage();
        storage.requireAlive("scope '" + name + "'");
        Scope from = storage.owner();
        if (from != this) {
            add(storage); // first: where this has ended already, the other goes on owning it
            from.remove(storage);
        }
    }

    /** Frees {@code tensor}'s memory now, whichever scope owns it: for owners that replace a value by a newer one. */
    public static void release(Tensor tensor) {
        Storage storage = tensor.storage();
        Scope owner = storage.owner();
        owner.remove(storage);
        storage.free(owner.name + " (let go early)");
    }

    /** Number of blocks this scope owns. */
    public synchronized int live() {
        return owned.size();
    }

    public String name() {
        return name;
    }

    /** Frees everything this scope owns. Closing twice is harmless. */
    @Override
    public void close() {
        List<Storage> all;
        synchronized (this) {
            closed = true;
            all = List.copyOf(owned);
            owned.clear();
        }
        all.forEach(s -> s.free(name));
    }

    /** True if {@code tensor}'s memory belongs to this scope. */
    public boolean owns(Tensor tensor) {
        return tensor.storage().owner() == this && tensor.storage().isAlive();
    }

    /**
     * The innermost scope.
     *
     * @throws TensorException if none is open
     */
    public static Scope current() {
        if (!CURRENT.isBound()) {
            throw new TensorException("no scope is open: wrap the code in Scope.run(\"name\", () -> ...), "
                    + "so that the memory of its tensors has an owner");
        }
        return CURRENT.get();
    }

    /** Registers a block made while this scope was innermost. */
    synchronized void add(Storage storage) {
        if (closed) {
            throw new TensorException("scope '" + name + "' has ended and can own nothing more");
        }
        owned.add(storage);
        storage.owner(this);
    }

    private synchronized void remove(Storage storage) {
        owned.remove(storage);
    }

    private void letGo(Object result) {
        switch (result) {
            case null -> throw new TensorException("scope '" + name + "' returns null where a value is wanted");
            case Tensor t -> {
                if (t.storage().owner() == this) {
                    if (!CURRENT.isBound()) {
                        throw new TensorException("a tensor is returned from the outermost scope '" + name
                                + "': open a scope around it, or return numbers");
                    }
                    CURRENT.get().adopt(t);
                }
            }
            case Holder h -> h.tensors().forEach(this::letGo);
            case Iterable<?> i -> i.forEach(this::letGo);
            case Optional<?> o -> o.ifPresent(this::letGo);
            case Map<?, ?> m -> m.values().forEach(this::letGo);
            default -> {
                // numbers, strings, nothing: no tensor leaves
            }
        }
    }
}
