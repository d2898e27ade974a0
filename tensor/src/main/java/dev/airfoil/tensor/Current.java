package dev.airfoil.tensor;

/** The binding behind {@link Interpreter#current}, and the default that is opened when first needed. */
final class Current {
    static final ScopedValue<Interpreter> VALUE = ScopedValue.newInstance();

    private Current() {}

    static final class Fallback {
        static final Interpreter EAGER = new Eager(Backends.open());

        private Fallback() {}
    }
}
