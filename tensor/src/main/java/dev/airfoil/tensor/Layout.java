package dev.airfoil.tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Where the elements of a tensor lie in its storage: element {@code (i, j, ..)} is number {@code offset + i * stride(0)
 * + j * stride(1) + ..}. A stride of 0 repeats an element (see {@code F.expand}). Strides and offset count elements.
 */
public final class Layout {
    private final Shape shape;
    private final long[] strides;
    private final long offset;

    public Layout(Shape shape, long[] strides, long offset) {
        if (strides.length != shape.rank()) {
            throw new TensorException("layout: " + strides.length + " strides for shape " + shape);
        }
        this.shape = shape;
        this.strides = strides.clone();
        this.offset = offset;
    }

    /** Row-major from the start of the storage. */
    public static Layout contiguous(Shape shape) {
        return new Layout(shape, rowMajor(shape), 0);
    }

    private static long[] rowMajor(Shape shape) {
        long[] strides = new long[shape.rank()];
        long step = 1;
        for (int i = strides.length - 1; i >= 0; i--) {
            strides[i] = step;
            step *= shape.dim(i);
        }
        return strides;
    }

    public Shape shape() {
        return shape;
    }

    /** Elements before the first one. */
    public long offset() {
        return offset;
    }

    /** Elements between neighbours along {@code axis}; a negative axis counts from the end. */
    public long stride(int axis) {
        return strides[shape.axis(axis)];
    }

    /** A copy of the strides. */
    public long[] strides() {
        return strides.clone();
    }

    /** True if the elements lie densely in row-major order (from {@link #offset}). Axes of size 1 do not matter. */
    public boolean isContiguous() {
        return isContiguousFrom(0);
    }

    /** True if the axes from {@code axis} on lie densely in row-major order, whatever the outer ones do. */
    public boolean isContiguousFrom(int axis) {
        long step = 1;
        for (int i = strides.length - 1; i >= axis; i--) {
            if (shape.dim(i) != 1 && strides[i] != step) {
                return false;
            }
            step *= shape.dim(i);
        }
        return true;
    }

    /** The axes in another order: axis {@code i} of the result is axis {@code order[i]} of this. */
    public Layout permute(int... order) {
        int[] dims = new int[order.length];
        long[] s = new long[order.length];
        for (int i = 0; i < order.length; i++) {
            dims[i] = shape.dim(order[i]);
            s[i] = strides[order[i]];
        }
        return new Layout(Shape.of(dims), s, offset);
    }

    /** The part {@code start .. start + length} along {@code axis}. */
    public Layout narrow(int axis, int start, int length) {
        return new Layout(shape.with(axis, length), strides, offset + start * strides[axis]);
    }

    /** Repeats axes of size 1 (and new leading axes) up to {@code target}. */
    public Layout expand(Shape target) {
        long[] s = new long[target.rank()];
        int lead = target.rank() - shape.rank();
        for (int i = lead; i < s.length; i++) {
            s[i] = shape.dim(i - lead) == target.dim(i) ? strides[i - lead] : 0;
        }
        return new Layout(target, s, offset);
    }

    /** The same elements in the same order under another shape, or empty if that needs a copy. */
    public Optional<Layout> reshape(Shape target) {
        if (isContiguous()) {
            return Optional.of(new Layout(target, rowMajor(target), offset));
        }
        if (shape.size() == 0) {
            return Optional.of(contiguous(target));
        }
        // Match groups of old axes with groups of new axes of the same product; inside a group the old axes must be
        // dense relative to each other.
        int[] from = shape.toArray();
        int[] to = target.toArray();
        long[] s = new long[to.length];
        int i = 0;
        int j = 0;
        while (i < from.length && j < to.length) {
            int i0 = i;
            int j0 = j;
            long a = from[i++];
            long b = to[j++];
            while (a != b) {
                if (a < b) {
                    a *= from[i++];
                } else {
                    b *= to[j++];
                }
            }
            long step = 1; // between the innermost of them
            long dense = -1; // what the next stride further out must be
            for (int k = i - 1; k >= i0; k--) {
                if (from[k] == 1) {
                    continue;
                }
                if (dense < 0) {
                    step = strides[k];
                } else if (strides[k] != dense) {
                    return Optional.empty();
                }
                dense = strides[k] * from[k];
            }
            for (int k = j - 1; k >= j0; k--) {
                s[k] = step;
                step *= to[k];
            }
        }
        while (j < to.length) {
            s[j++] = 1;
        }
        return Optional.of(new Layout(target, s, offset));
    }

    /**
     * The same layouts, of one shape, with neighbouring axes as one where all of them allow it, and without axes of size 1:
     * the fewest loops that reach every element in order. The sizes of what was merged stay within an int.
     */
    public static List<Layout> merged(List<Layout> layouts) {
        int[] shape = layouts.getFirst().shape.toArray();
        int[] sizes = new int[shape.length];
        long[][] strides = new long[layouts.size()][shape.length];
        int n = 0;
        for (int axis = 0; axis < shape.length; axis++) {
            if (shape[axis] == 1) {
                continue;
            }
            boolean joins = n > 0 && (long) sizes[n - 1] * shape[axis] <= Integer.MAX_VALUE;
            for (int l = 0; l < strides.length && joins; l++) {
                joins = strides[l][n - 1] == layouts.get(l).strides[axis] * shape[axis];
            }
            n += joins ? 0 : 1;
            sizes[n - 1] = joins ? sizes[n - 1] * shape[axis] : shape[axis];
            for (int l = 0; l < strides.length; l++) {
                strides[l][n - 1] = layouts.get(l).strides[axis];
            }
        }
        Shape rest = Shape.of(Arrays.copyOf(sizes, n));
        List<Layout> merged = new ArrayList<>();
        for (int l = 0; l < strides.length; l++) {
            merged.add(new Layout(rest, Arrays.copyOf(strides[l], n), layouts.get(l).offset));
        }
        return merged;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Layout l
                && shape.equals(l.shape)
                && Arrays.equals(strides, l.strides)
                && offset == l.offset;
    }

    @Override
    public int hashCode() {
        return 31 * (31 * shape.hashCode() + Arrays.hashCode(strides)) + Long.hashCode(offset);
    }

    @Override
    public String toString() {
        return shape + " strides " + Arrays.toString(strides) + " offset " + offset;
    }
}
