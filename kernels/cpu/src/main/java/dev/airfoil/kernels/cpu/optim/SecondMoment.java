package dev.airfoil.kernels.cpu.optim;

import dev.airfoil.kernels.cpu.Floats;
import java.lang.foreign.MemorySegment;

/** The state of Adafactor's second moment, which gives factors that turn a gradient into an update of about unit size, u. */
interface SecondMoment {
    /** Moves the state on by this gradient; gives the sum of u^2 over all elements. */
    double update();

    /** A factor that all elements of row {@code row} share. */
    float shared(int row);

    /**
     * The other factor, one for each of the {@code n} elements of row {@code row} from {@code start}.
     *
     * @param room for n elements, where this may write them
     */
    Floats factors(int row, long start, int n, MemorySegment room);
}
