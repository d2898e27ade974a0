package dev.airfoil.kernels.cpu.gemm;

import static dev.airfoil.kernels.cpu.vector.Lanes.F;
import static dev.airfoil.kernels.cpu.vector.Lanes.LE;

import dev.airfoil.kernels.cpu.Floats;
import dev.airfoil.kernels.cpu.vector.ActivationLoops;
import dev.airfoil.kernels.cpu.vector.Lanes;
import dev.airfoil.tensor.ops.Activation;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * What is done to a tile of C while it is still in the first-level cache: {@code activation(c scale + bias)}.
 *
 * @param scale one value per column; an empty segment is none
 * @param bias the same
 */
public record Epilogue(Activation.Fn activation, Floats scale, Floats bias) {
    /** No values. */
    public static final Floats ABSENT = new Floats(MemorySegment.NULL, 0);

    public static final Epilogue NONE = new Epilogue(Activation.Fn.NONE, ABSENT, ABSENT);

    /**
     * Finishes {@code rows x columns} of C from column {@code j0} on, at byte {@code c}, in place.
     *
     * @param spare memory for one row of whole vectors
     */
    void apply(MemorySegment data, long c, long stride, int rows, int columns, int j0, MemorySegment spare) {
        for (int i = 0; i < rows; i++) {
            if (scale.data().byteSize() > 0) {
                multiply(data, c + i * stride, columns, scale.data(), scale.at(j0));
            }
            if (bias.data().byteSize() > 0) {
                add(data, c + i * stride, columns, bias.data(), bias.at(j0));
            }
        }
        ActivationLoops.inPlace(activation, data, c, stride, rows, columns, spare);
    }

    private static void multiply(MemorySegment data, long c, int columns, MemorySegment scale, long s) {
        int j = 0;
        for (; j + Lanes.N <= columns; j += Lanes.N) {
            FloatVector.fromMemorySegment(F, data, c + 4L * j, LE)
                    .mul(FloatVector.fromMemorySegment(F, scale, s + 4L * j, LE))
                    .intoMemorySegment(data, c + 4L * j, LE);
        }
        for (; j < columns; j++) {
            Lanes.set(data, c + 4L * j, Lanes.get(data, c + 4L * j) * Lanes.get(scale, s + 4L * j));
        }
    }

    private static void add(MemorySegment data, long c, int columns, MemorySegment bias, long b) {
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
