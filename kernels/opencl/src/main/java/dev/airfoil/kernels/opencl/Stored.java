package dev.airfoil.kernels.opencl;

import dev.airfoil.tensor.DType;
import dev.airfoil.tensor.Tensor;
import java.util.stream.Stream;

/** The options that tell a kernel how its numbers are stored, see {@code common.cl}; F32 is what it assumes. */
final class Stored {
    private Stored() {}

    /** Activations like {@code x}, and results too. */
    static String as(Tensor x) {
        return option("STORED", x.dtype(), DType.F32);
    }

    /** Parameters like {@code w} beside them. */
    static String param(Tensor w) {
        return option("PARAM", w.dtype(), DType.F32);
    }

    /** Results of a type of their own, beside activations like {@code x}. */
    static String result(Tensor x, DType result) {
        return option("RESULT", result, x.dtype());
    }

    private static String option(String name, DType dtype, DType assumed) {
        return dtype == assumed ? "" : " -D" + name + "=" + dtype;
    }

    /** True if dense tensors all begin where four neighbours can be moved at once, and so does each row of {@code d}. */
    static boolean byFour(long d, Tensor... tensors) {
        return d % 4 == 0 && Stream.of(tensors).allMatch(t -> t.layout().offset() % 4 == 0);
    }
}
