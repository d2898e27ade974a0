package dev.airfoil.train.data;

import dev.airfoil.tensor.TensorException;

/** What reading, building or downloading data throws: the message is one sentence a user can act on. */
public class DataException extends TensorException {
    private static final long serialVersionUID = 1L;

    public DataException(String message) {
        super(message);
    }

    public DataException(String message, Throwable cause) {
        super(message, cause);
    }
}
