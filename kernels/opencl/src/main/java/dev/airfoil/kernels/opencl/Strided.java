package dev.airfoil.kernels.opencl;

import dev.airfoil.tensor.Layout;
import dev.airfoil.tensor.TensorException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;

/**
 * Several layouts of one shape with neighbouring axes merged wherever all of them allow it, padded to eight axes for the
 * kernels' {@code place}.
 *
 * @param rank axes that are left, at least 1
 * @param dims sizes, right-aligned among ones
 * @param strides one array for each layout
 */
record Strided(int rank, int[] dims, List<long[]> strides) {
    static final int AXES = 8;

    static Strided of(List<Layout> layouts) {
        List<Layout> merged = Layout.merged(layouts);
        int[] sizes = merged.getFirst().shape().toArray();
        if (sizes.length > AXES) {
            throw new TensorException("opencl kernels take views of at most " + AXES + " axes that do not merge, here "
                    + sizes.length + "; make the tensor contiguous first");
        }
        int padding = AXES - sizes.length;
        int[] dims = new int[AXES];
        Arrays.fill(dims, 1);
        System.arraycopy(sizes, 0, dims, padding, sizes.length);
        List<long[]> strides = new ArrayList<>();
        for (Layout layout : merged) {
            long[] padded = new long[AXES];
            System.arraycopy(layout.strides(), 0, padded, padding, sizes.length);
            strides.add(padded);
        }
        return new Strided(Math.max(sizes.length, 1), dims, strides);
    }

    /** The same with {@code width} neighbours as one element, or nothing if not all layouts have them side by side. */
    Optional<Strided> grouped(int width) {
        boolean all = dims[AXES - 1] % width == 0;
        for (long[] s : strides) {
            all &= s[AXES - 1] == 1;
            for (int axis = 0; axis < AXES - 1; axis++) {
                all &= s[axis] % width == 0;
            }
        }
        if (!all) {
            return Optional.empty();
        }
        int[] d = dims.clone();
        d[AXES - 1] /= width;
        return Optional.of(new Strided(
                rank,
                d,
                strides.stream()
                        .map(s -> {
                            long[] outer = LongStream.of(s).map(l -> l / width).toArray();
                            outer[AXES - 1] = 1;
                            return outer;
                        })
                        .toList()));
    }

    /**
     * The same with the axis along which the first layout has neighbours as the last but one, if there is such an axis and
     * the second has its neighbours along the last.
     */
    Optional<Strided> turned() {
        for (int axis = AXES - rank; axis < AXES - 1; axis++) {
            if (strides.get(0)[axis] == 1 && strides.get(1)[AXES - 1] == 1) {
                int[] d = dims.clone();
                d[axis] = dims[AXES - 2];
                d[AXES - 2] = dims[axis];
                List<long[]> turned = new ArrayList<>();
                for (long[] from : strides) {
                    long[] to = from.clone();
                    to[axis] = from[AXES - 2];
                    to[AXES - 2] = from[axis];
                    turned.add(to);
                }
                return Optional.of(new Strided(rank, d, turned));
            }
        }
        return Optional.empty();
    }

    /** Product of the sizes. */
    long size() {
        long n = 1;
        for (int d : dims) {
            n *= d;
        }
        return n;
    }
}
