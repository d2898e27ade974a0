package dev.airfoil.kernels.cpu.moves;

import dev.airfoil.tensor.Layout;
import java.util.Arrays;

/**
 * A walk over the elements of one shape in several layouts at once, as rows: axes that lie densely behind each other in
 * all layouts are one, and the last of what remains is the row.
 *
 * @param sizes axes before the row, outermost first
 * @param strides for each layout, elements between neighbours along those axes
 * @param length elements in a row
 * @param steps for each layout, elements between neighbours in a row
 */
public record Loop(int[] sizes, long[][] strides, int length, long[] steps) {
    /** The loop over layouts of one shape. */
    public static Loop over(Layout... layouts) {
        int[] shape = layouts[0].shape().toArray();
        int[] sizes = new int[shape.length + 1];
        long[][] strides = new long[layouts.length][shape.length + 1];
        int n = 0;
        for (int axis = 0; axis < shape.length; axis++) {
            if (shape[axis] == 1) {
                continue;
            }
            boolean joins = n > 0 && (long) sizes[n - 1] * shape[axis] <= Integer.MAX_VALUE;
            for (int l = 0; l < layouts.length; l++) {
                joins = joins && strides[l][n - 1] == layouts[l].stride(axis) * shape[axis];
            }
            if (joins) {
                sizes[n - 1] *= shape[axis];
            } else {
                sizes[n++] = shape[axis];
            }
            for (int l = 0; l < layouts.length; l++) {
                strides[l][n - 1] = layouts[l].stride(axis);
            }
        }
        int outer = Math.max(0, n - 1);
        long[] steps = new long[layouts.length];
        long[][] outerStrides = new long[layouts.length][];
        for (int l = 0; l < layouts.length; l++) {
            steps[l] = n == 0 ? 1 : strides[l][n - 1];
            outerStrides[l] = Arrays.copyOf(strides[l], outer);
        }
        return new Loop(Arrays.copyOf(sizes, outer), outerStrides, n == 0 ? 1 : sizes[n - 1], steps);
    }

    /** Number of rows. */
    public int rows() {
        long rows = 1;
        for (int size : sizes) {
            rows *= size;
        }
        return Math.toIntExact(rows);
    }

    /** Elements before row {@code row} in layout {@code l}, its offset not counted. */
    public long start(int l, int row) {
        long at = 0;
        int rest = row;
        for (int axis = sizes.length - 1; axis >= 0; axis--) {
            at += rest % sizes[axis] * strides[l][axis];
            rest /= sizes[axis];
        }
        return at;
    }
}
