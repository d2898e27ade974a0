package dev.airfoil.train;

import dev.airfoil.tensor.TensorException;

/** Why a training run cannot start or go on: one sentence a user can act on. What was saved before is intact. */
public class TrainException extends TensorException {
    private static final long serialVersionUID = 1L;

    public TrainException(String message) {
        super(message);
    }

    public TrainException(String message, Throwable cause) {
        super(message, cause);
    }
}
