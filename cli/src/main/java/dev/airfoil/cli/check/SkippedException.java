package dev.airfoil.cli.check;

/** The case is in order, but Airfoil does not have what it is about; the message says what. */
final class SkippedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    SkippedException(String reason) {
        super(reason);
    }
}
