package dev.airfoil.tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A block of a backend's memory. It belongs to exactly one {@link Scope}, which frees it; a tensor is a view of one.
 * What is in it does not change after the op that wrote it, so a backend may keep things derived from it (packed
 * weights) and drop them through {@link #onFree}.
 */
public abstract class Storage {
    private final Backend backend;
    private final List<Runnable> onFree = new ArrayList<>();
    private Scope owner;
    private String freedBy = "";

    /** A block that the innermost scope will own; backends finish it with {@link #owned}. */
    protected Storage(Backend backend) {
        this.backend = backend;
        this.owner = Scope.current();
    }

    /** Registers a new block with the innermost scope; for {@link Backend#allocate}. */
    public static <S extends Storage> S owned(S storage) {
        storage.owner().add(storage);
        return storage;
    }

    /** Gives the memory back to the backend's pool. Called once. */
    protected abstract void giveBack();

    public final Backend backend() {
        return backend;
    }

    /** True until the owning scope has ended or let go of it. */
    public final synchronized boolean isAlive() {
        return freedBy.isEmpty();
    }

    /** Runs {@code action} when this block is freed. */
    public final synchronized void onFree(Runnable action) {
        onFree.add(Objects.requireNonNull(action, "action"));
    }

    final synchronized void requireAlive(String user) {
        if (!freedBy.isEmpty()) {
            throw new TensorException(user + ": a tensor is used after its scope '" + freedBy
                    + "' has ended; return it from the scope, or create it outside");
        }
    }

    final synchronized Scope owner() {
        return owner;
    }

    final synchronized void owner(Scope scope) {
        owner = scope;
    }

    final void free(String scope) {
        List<Runnable> actions;
        synchronized (this) {
            if (!freedBy.isEmpty()) {
                return;
            }
            freedBy = scope;
            actions = List.copyOf(onFree);
            onFree.clear();
        }
        actions.forEach(Runnable::run);
        giveBack();
    }
}
