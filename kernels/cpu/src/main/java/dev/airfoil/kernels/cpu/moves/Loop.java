package dev.airfoil.kernels.cpu.moves;

import dev.airfoil.tensor.Layout;
import java.util.Arrays;
import java.util.List;

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
        List<Layout> merged = Layout.merged(List.of(layouts));
        int[] sizes = merged.getFirst().shape().toArray();
        int outer = Math.max(0, sizes.length - 1);
        long[][] strides = new long[layouts.length][];
        long[] steps = new long[layouts.length];
        for (int l = 0; l < layouts.length; l++) {
            long[] all = merged.get(l).strides();
            strides[l] = Arrays.copyOf(all, outer);
            steps[l] = all.length == 0 ? 1 : all[outer];
        }
        return new Loop(Arrays.copyOf(sizes, outer), strides, sizes.length == 0 ? 1 : sizes[outer], steps);
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
