package dev.airfoil.tensor;

import java.util.Arrays;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The dimensions of a tensor, outermost first; a scalar has none. Immutable. Written {@code [2 17 48]}. */
public final class Shape {
    /** The shape of one number. */
    public static final Shape SCALAR = new Shape(new int[0]);

    /** Elements at most, so that their bits can be counted too. */
    private static final long MOST = Long.MAX_VALUE / Long.SIZE;

    private final int[] dims;

    private Shape(int[] dims) {
        this.dims = dims;
    }

    /** @throws TensorException if a dimension is negative, or together they are more than a machine can number */
    public static Shape of(int... dims) {
        Objects.requireNonNull(dims, "dims");
        long left = MOST;
        for (int d : dims) {
            if (d < 0) {
                throw new TensorException("shape " + Arrays.toString(dims) + " has a negative dimension");
            }
            left /= Math.max(1, d);
        }
        if (left == 0) {
            throw new TensorException("shape " + Arrays.toString(dims) + " has more elements than can be numbered");
        }
        return dims.length == 0 ? SCALAR : new Shape(dims.clone());
    }

    /** Number of dimensions. */
    public int rank() {
        return dims.length;
    }

    /** Size along {@code axis}; a negative axis counts from the end. */
    public int dim(int axis) {
        return dims[axis(axis)];
    }

    /** {@code axis} as a non-negative number; negative ones count from the end. */
    public int axis(int axis) {
        int a = axis < 0 ? axis + dims.length : axis;
        if (a < 0 || a >= dims.length) {
            throw new TensorException("axis " + axis + " does not exist in shape " + this);
        }
        return a;
    }

    /** Number of elements. */
    public long size() {
        long n = 1;
        for (int d : dims) {
            n *= d;
        }
        return n;
    }

    /** A copy of the dimensions. */
    public int[] toArray() {
        return dims.clone();
    }

    /** This shape with {@code size} along {@code axis}. */
    public Shape with(int axis, int size) {
        int[] d = dims.clone();
        d[axis(axis)] = size;
        return of(d);
    }

    /** This shape with {@code size} inserted before {@code axis} (0..rank). */
    public Shape insert(int axis, int size) {
        if (axis < 0 || axis > dims.length) {
            throw new TensorException("no axis can be inserted before axis " + axis + " of shape " + this);
        }
        return of(IntStream.concat(
                        IntStream.concat(Arrays.stream(dims, 0, axis), IntStream.of(size)),
                        Arrays.stream(dims, axis, dims.length))
                .toArray());
    }

    /** This shape without {@code axis}. */
    public Shape remove(int axis) {
        int a = axis(axis);
        return of(IntStream.range(0, dims.length)
                .filter(i -> i != a)
                .map(i -> dims[i])
                .toArray());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Shape s && Arrays.equals(dims, s.dims);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(dims);
    }

    @Override
    public String toString() {
        return Arrays.stream(dims).mapToObj(Integer::toString).collect(Collectors.joining(" ", "[", "]"));
    }
}
