package dev.airfoil.tensor.host;

import dev.airfoil.tensor.Backend;
import dev.airfoil.tensor.BackendProvider;
import java.util.List;

/** Offers the {@link ReferenceBackend}. */
public final class ReferenceProvider implements BackendProvider {
    /** For the service loader. */
    public ReferenceProvider() {}

    @Override
    public String name() {
        return "reference";
    }

    @Override
    public int priority() {
        return 0;
    }

    @Override
    public Availability probe() {
        return new Availability.Available(List.of("plain Java loops"));
    }

    @Override
    public Backend open(String device, Options options) {
        return new ReferenceBackend(options);
    }
}
