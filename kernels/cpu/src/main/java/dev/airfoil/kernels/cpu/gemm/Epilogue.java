package dev.airfoil.kernels.cpu.gemm;

import static dev.airfoil.kernels.cpu.vector.Lanes.F;
import static dev.airfoil.kernels.cpu.vector.Lanes.LE;

import dev.airfoil.kernels.cpu.vector.ActivationLoops;
import dev.airfoil.kernels.cpu.vector.Lanes;
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

    /**
     * Finishes {@code rows x columns} of C from column {@code j0} on, at byte {@code c}, in place.
     *
     * @param spare memory for one row of whole vectors
     */
    void apply(MemorySegment data, long c, long stride, int rows, int columns, int j0, MemorySegment spare) {
        if (bias.byteSize() > 0) {
            for (int i = 0; i < rows; i++) {
                addBias(data, c + i * stride, columns, biasBase + 4L * j0);
            }
        }
        ActivationLoops.inPlace(activation, data, c, stride, rows, columns, spare);
    }

    private void addBias(MemorySegment data, long c, int columns, long b) {
        int j = 0;
        for (; j + Lanes.N <= columns; j += Lanes.N) {
            FloatVector.fromMemorySegment(F, data, c + 4L * j, LE)
                    .add(FloatVector.fromMemorySegment(F, bias, b + 4L * j, LE))
                    .intoMemorySegment(data, c + 4L * j, LE);
        }
        for (; j < columns; j++) {
            Lanes.set(data, c + 4L * j, Lanes.get(data, c + 4L * j) + Lanes.get(bias, b + 4L * j));
        }
    }
}
