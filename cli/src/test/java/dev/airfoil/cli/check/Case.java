package dev.airfoil.cli.check;

import dev.airfoil.tensor.DType;
import dev.airfoil.tensor.Shape;
import dev.airfoil.tensor.TensorSpec;
import dev.airfoil.tensor.io.SafetensorsWriter;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/** Makes golden cases for tests. */
final class Case {
    private final SafetensorsWriter writer = new SafetensorsWriter();

    Case(String kind, String config) {
        writer.metadata("kind", kind).metadata("config", config);
    }

    Case floats(String name, float[] values, int... dims) {
        writer.tensor(name, new TensorSpec(DType.F32, Shape.of(dims)), () -> MemorySegment.ofArray(values));
        return this;
    }

    /** As F16. */
    Case halves(String name, float[] values, int... dims) {
        short[] bits = new short[values.length];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = Float.floatToFloat16(values[i]);
        }
        writer.tensor(name, new TensorSpec(DType.F16, Shape.of(dims)), () -> MemorySegment.ofArray(bits));
        return this;
    }

    Case ints(String name, int[] values, int... dims) {
        writer.tensor(name, new TensorSpec(DType.I32, Shape.of(dims)), () -> MemorySegment.ofArray(values));
        return this;
    }

    Path save(Path folder, String name) {
        Path path = folder.resolve(name + ".safetensors");
        writer.write(path);
        return path;
    }

    /** A case that holds: silu of (0, 1). */
    static Case good() {
        float y = (float) (1 / (1 + Math.exp(-1)));
        return new Case("op", "{\"op\": \"silu\"}")
                .floats("in.x", new float[] {0, 1}, 2)
                .floats("out.main", new float[] {0, y}, 2);
    }
}
