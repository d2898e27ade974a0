package dev.airfoil.tensor;

/** What Airfoil throws when it is used wrongly or cannot go on: the message is one sentence a user can act on. */
public class TensorException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public TensorException(String message) {
        super(message);
    }

    public TensorException(String message, Throwable cause) {
        super(message, cause);
    }
}
