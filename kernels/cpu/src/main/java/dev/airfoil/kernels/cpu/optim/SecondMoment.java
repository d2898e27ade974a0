package dev.airfoil.kernels.cpu.optim;

/** The state of Adafactor's second moment, which turns a gradient into an update of about unit size, u. */
interface SecondMoment {
    /** Moves the state on by this gradient. */
    void update();

    /** The sum of u^2 over all elements, which are {@code rows} of {@code columns} (the last one may be shorter). */
    double sumOfSquares(int rows, int columns);

    /** Takes the step for row {@code row}: the {@code n} elements from {@code start}. */
    void apply(Step step, int row, long start, int n);
}
