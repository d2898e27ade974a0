package dev.airfoil.bench;

import dev.airfoil.tensor.Backend;
import dev.airfoil.tensor.BackendProvider.Options;
import dev.airfoil.tensor.Backends;
import dev.airfoil.tensor.Eager;
import dev.airfoil.tensor.Interpreter;
import dev.airfoil.tensor.Scope;
import dev.airfoil.tensor.Tensor;
import java.util.function.Supplier;

/** A backend with a scope that lasts for a trial. */
public final class Device implements AutoCloseable {
    private final Backend backend;
    private final Eager eager;
    private final Scope scope = Scope.open("trial");

    public Device(String name) {
        this(name, Options.DEFAULT);
    }

    public Device(String name, Options options) {
        backend = Backends.open(name, options);
        eager = new Eager(backend);
    }

    public Backend backend() {
        return backend;
    }

    /** What runs the ops. */
    public Interpreter interpreter() {
        return eager;
    }

    /** Makes what lasts for the trial. */
    public <T> T keep(Supplier<T> body) {
        return eager.call(() -> scope.call(body));
    }

    /** One timed run: what it makes is freed at its end, and all work has been done. */
    public void run(Supplier<?> body) {
        eager.run(() -> Scope.run("run", () -> {
            var _ = body.get();
        }));
        backend.synchronize();
    }

    /** As {@link #run}, with a result that is no tensor. */
    public <T> T call(Supplier<T> body) {
        return eager.call(() -> Scope.call("call", body));
    }

    /** The values that {@code body} computes. */
    public float[] values(Supplier<Tensor> body) {
        return eager.call(() -> Scope.call("values", () -> body.get().toFloats()));
    }

    @Override
    public void close() {
        scope.close();
        backend.close();
    }
}
