package dev.airfoil.train;

import dev.airfoil.nn.ParameterSource;
import dev.airfoil.tensor.DType;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.TensorException;
import dev.airfoil.tensor.io.Safetensors;
import dev.airfoil.tensor.io.SafetensorsFile;
import dev.airfoil.tensor.io.SafetensorsWriter;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * A training run on disk: one safetensors file with the weights, their average and the optimizer's memory in F32, and
 * in its metadata the step, the configuration and the fingerprint of the data. Random numbers need no state.
 */
final class Checkpoint implements AutoCloseable {
    static final String MODEL = "model.";
    static final String EMA = "ema.";
    static final String OPTIMIZER = "optimizer.";

    private static final String FORMAT = "airfoil-checkpoint-1";

    private final SafetensorsFile file;
    private final long step;
    private final OptionalLong steps;
    private final OptionalDouble guidance;
    private final TrainConfig config;

    private Checkpoint(SafetensorsFile file) {
        this.file = file;
        String format = text("format");
        if (!format.equals(FORMAT)) {
            throw new TensorException(file.path() + " is not a training checkpoint of this program (its format is '"
                    + format + "' where " + FORMAT + " is wanted)");
        }
        this.config = TrainJson.read(text("config"), file.path().toString());
        try {
            this.step = Long.parseLong(text("step"));
            this.steps =
                    text("steps").isEmpty() ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(text("steps")));
            this.guidance = text("guidance").isEmpty()
                    ? OptionalDouble.empty()
                    : OptionalDouble.of(Double.parseDouble(text("guidance")));
        } catch (NumberFormatException e) {
            throw new TensorException(
                    file.path() + " does not say after which step it was saved, or how the run goes on", e);
        }
    }

    /** Opens a checkpoint; its tensors are read on demand. */
    static Checkpoint open(Path path) {
        SafetensorsFile file = Safetensors.open(path);
        try {
            return new Checkpoint(file);
        } catch (RuntimeException e) {
            file.close();
            throw e;
        }
    }

    /**
     * Writes a checkpoint beside, then in place of the last one.
     *
     * @param settings what the run shall do, which one that resumes it need not say again
     * @param data fingerprint of what it learns from
     * @throws dev.airfoil.tensor.TensorException if the disk is full or a value is not finite; the last one is intact
     */
    static void write(RunSettings settings, TrainState state, TrainConfig config, String data) {
        SafetensorsWriter writer = new SafetensorsWriter()
                .metadata("format", FORMAT)
                .metadata("step", Long.toString(state.step()))
                .metadata("steps", Long.toString(settings.steps()))
                .metadata("guidance", Double.toString(settings.guidance()))
                .metadata("config", TrainJson.write(config))
                .metadata("data", data);
        try (Arena arena = Arena.ofConfined()) {
            long largest = state.all().values().stream()
                    .flatMap(part -> part.values().stream())
                    .mapToLong(p -> p.value().spec().bytes())
                    .max()
                    .orElseThrow();
            MemorySegment staging = arena.allocate(largest, Long.BYTES);
            state.all()
                    .forEach((prefix, part) -> part.forEach((name, parameter) -> writer.tensor(
                            prefix + name,
                            parameter.value().spec(),
                            () -> finite(prefix + name, parameter.value(), staging))));
            writer.write(settings.checkpoint());
        }
    }

    private static MemorySegment finite(String name, Tensor value, MemorySegment staging) {
        MemorySegment data = staging.asSlice(0, value.spec().bytes());
        value.download(data);
        if (value.dtype() == DType.F32) {
            for (long i = 0; i < value.size(); i++) {
                if (!Float.isFinite(data.getAtIndex(ValueLayout.JAVA_FLOAT, i))) {
                    throw new TensorException(
                            "training has diverged: " + name + " is no longer finite, and is not saved; the last"
                                    + " checkpoint is intact, resume it or start again with a"
                                    + " lower learning rate");
                }
            }
        }
        return data;
    }

    /** Steps done. */
    long step() {
        return step;
    }

    /** The last step that the run was to do; empty if an older version wrote the file. */
    OptionalLong steps() {
        return steps;
    }

    /** Guidance of its samples and of its model; empty if an older version wrote the file. */
    OptionalDouble guidance() {
        return guidance;
    }

    /** The configuration of the run. */
    TrainConfig config() {
        return config;
    }

    /** The fingerprint of the data it learnt from. */
    String data() {
        return text("data");
    }

    /** The tensors under a prefix. */
    ParameterSource source(String prefix) {
        return ParameterSource.of(file, prefix);
    }

    private String text(String key) {
        return file.metadata().getOrDefault(key, "");
    }

    @Override
    public void close() {
        file.close();
    }
}
