package dev.airfoil.tensor.host;

import dev.airfoil.tensor.Layout;

/** Walks the elements of a layout in row-major order: {@link #offset} is where the current one lies, in elements. */
final class Odometer {
    private final int[] dims;
    private final long[] strides;
    private final int[] index;
    private long offset;

    Odometer(Layout layout) {
        this.dims = layout.shape().toArray();
        this.strides = layout.strides();
        this.index = new int[dims.length];
        this.offset = layout.offset();
    }

    /** Where the current element lies; then goes on to the next. */
    long next() {
        long here = offset;
        for (int a = dims.length - 1; a >= 0; a--) {
            offset += strides[a];
            if (++index[a] < dims[a]) {
                return here;
            }
            offset -= strides[a] * dims[a];
            index[a] = 0;
        }
        return here;
    }
}
