package dev.airfoil.kernels.cpu.optim;

import java.lang.foreign.MemorySegment;

/** The state of Adafactor's second moment, which turns a gradient into an update of about unit size, u. */
interface SecondMoment {
    /** Moves the state on by this gradient; gives the sum of u^2 over all elements. */
    double update();

    /** Writes u for row {@code row}: the {@code n} elements from {@code start}. */
    void direction(int row, long start, int n, MemorySegment u);
}
