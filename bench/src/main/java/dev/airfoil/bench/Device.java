package dev.airfoil.bench;

import dev.airfoil.tensor.Backend;
import dev.airfoil.tensor.BackendProvider.Options;
import dev.airfoil.tensor.Backends;
import dev.airfoil.tensor.Eager;
import dev.airfoil.tensor.Scope;
import dev.airfoil.tensor.Tensor;
import java.util.function.Supplier;

/** A backend with a scope that lasts for a trial. */
final class Device implements AutoCloseable {
    private final Backend backend;
    private final Eager eager;
    private final Scope scope = Scope.open("trial");

    Device(String name) {
        backend = Backends.open(name, Options.DEFAULT);
        eager = new Eager(backend);
    }

    /** Makes what lasts for the trial. */
    <T> T keep(Supplier<T> body) {
        return eager.call(() -> scope.call(body));
    }

    /** One timed run: what it makes is freed at its end, and all work has been done. */
    void run(Supplier<Tensor> body) {
        eager.run(() -> Scope.run("run", body::get));
        backend.synchronize();
    }

    /** The values that {@code body} computes. */
    float[] values(Supplier<Tensor> body) {
        return eager.call(() -> Scope.call("values", () -> body.get().toFloats()));
    }

    @Override
    public void close() {
        scope.close();
        backend.close();
    }
}
