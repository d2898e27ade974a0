package dev.airfoil.kernels.cpu.gemm;

import dev.airfoil.kernels.cpu.vector.Lanes;
import dev.airfoil.kernels.cpu.vector.VectorMath;
import dev.airfoil.tensor.ops.Activation;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * What is done to a tile of C while it is still in the first-level cache: {@code activation(c + bias)}.
 *
 * @param bias one value per column at byte {@code biasBase}; an empty segment is none
 */
public record Epilogue(Activation.Fn activation, MemorySegment bias, long biasBase) {
    public static final Epilogue NONE = new Epilogue(Activation.Fn.NONE, MemorySegment.NULL, 0);

    private boolean hasBias() {
        return bias.byteSize() > 0;
    }

    /** Finishes {@code rows x columns} of C from column {@code j0} on, at byte {@code c}, in place. */
    void apply(MemorySegment data, long c, long stride, int rows, int columns, int j0) {
        if (activation == Activation.Fn.NONE && !hasBias()) {
            return;
        }
        for (int i = 0; i < rows; i++) {
            row(data, c + i * stride, columns, biasBase + 4L * j0);
        }
    }

    private void row(MemorySegment data, long c, int columns, long b) {
        int j = 0;
        for (; j + Lanes.N <= columns; j += Lanes.N) {
            FloatVector v = Lanes.load(data, c + 4L * j);
            if (hasBias()) {
                v = v.add(Lanes.load(bias, b + 4L * j));
            }
            Lanes.store(VectorMath.activation(activation, v), data, c + 4L * j);
        }
        int rest = columns - j;
        if (rest > 0) {
            FloatVector v = Lanes.load(data, c + 4L * j, rest);
            if (hasBias()) {
                v = v.add(Lanes.load(bias, b + 4L * j, rest));
            }
            Lanes.store(VectorMath.activation(activation, v), data, c + 4L * j, rest);
        }
    }
}
