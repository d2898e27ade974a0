package dev.airfoil.cli.check;

import dev.airfoil.tensor.Shape;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.TensorException;
import java.util.Optional;

/**
 * Collects how far off the tensors of one case are. The error of a tensor is {@code ||ours - theirs|| / ||theirs||},
 * computed in double; where theirs is all zeros, {@code ||ours||}.
 */
public final class Comparison {
    /** What a value's error may be. */
    public static final double VALUES = 1e-5;

    /** What a gradient's error may be. */
    public static final double GRADIENTS = 1e-4;

    private Optional<Deviation> worst = Optional.empty();

    /**
     * How far off one tensor is.
     *
     * @param tensor its name in the file
     * @param error may be NaN
     * @param tolerance what {@code error} may be
     */
    public record Deviation(String tensor, double error, double tolerance) {
        /** True if the error is within the tolerance; NaN is not. */
        public boolean isWithin() {
            return error <= tolerance;
        }

        private boolean isWorseThan(Deviation other) {
            return Double.isNaN(error) || error / tolerance > other.error / other.tolerance;
        }
    }

    void value(String name, Tensor actual, Shape shape, float[] expected) {
        add(name, actual, shape, expected, VALUES);
    }

    void gradient(String name, Tensor actual, Shape shape, float[] expected) {
        add(name, actual, shape, expected, GRADIENTS);
    }

    private void add(String name, Tensor actual, Shape shape, float[] expected, double tolerance) {
        if (!actual.shape().equals(shape)) {
            throw new TensorException(name + " is " + shape + " in the case, and Airfoil computes " + actual.shape());
        }
        Deviation deviation = new Deviation(name, error(actual.toFloats(), expected), tolerance);
        if (worst.isEmpty() || deviation.isWorseThan(worst.get())) {
            worst = Optional.of(deviation);
        }
    }

    /** How far {@code ours} is off {@code theirs}, which is as long. */
    public static double error(float[] ours, float[] theirs) {
        double off = 0;
        double norm = 0;
        for (int i = 0; i < theirs.length; i++) {
            double d = (double) ours[i] - theirs[i];
            off += d * d;
            norm += (double) theirs[i] * theirs[i];
        }
        return Math.sqrt(norm == 0 ? off : off / norm);
    }

    /** The tensor that is furthest off, measured by its tolerance; none if nothing was compared. */
    public Optional<Deviation> worst() {
        return worst;
    }
}
