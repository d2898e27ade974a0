package dev.airfoil.pipeline;

import dev.airfoil.dit.DitAir;
import dev.airfoil.nn.ParameterSource;
import dev.airfoil.nn.Params;
import dev.airfoil.tensor.DType;
import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Interpreter;
import dev.airfoil.tensor.Scope;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.TensorException;
import dev.airfoil.tensor.TensorSpec;
import dev.airfoil.tensor.io.Reason;
import dev.airfoil.tensor.io.Safetensors;
import dev.airfoil.tensor.io.SafetensorsFile;
import dev.airfoil.tensor.io.SafetensorsWriter;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Objects;

/**
 * A model on disk: one safetensors file with the denoiser's parameters by name, and a {@link ModelInfo} in its
 * metadata. Any float type will do; the model computes in F32.
 */
public final class ModelFile implements AutoCloseable {
    /** The file's key of {@link ModelInfo}. */
    private static final String KEY = "airfoil";

    /** The model that comes with this artifact. */
    private static final String BUILT_IN = "airfoil-emoji-32.safetensors";

    private final SafetensorsFile file;
    private final ModelInfo info;

    private ModelFile(SafetensorsFile file, ModelInfo info) {
        this.file = file;
        this.info = info;
    }

    /**
     * Opens a model; its parameters are read by {@link #load}.
     *
     * @throws TensorException if the file is damaged or holds no Airfoil model
     */
    public static ModelFile open(Path path) {
        Objects.requireNonNull(path, "path");
        return of(Safetensors.open(path));
    }

    private static ModelFile of(SafetensorsFile file) {
        Path path = file.path();
        try {
            String json = file.metadata().get(KEY);
            if (json == null) {
                throw new TensorException(path + " holds no Airfoil model: its metadata has no '" + KEY
                        + "'; of a training run, name model.safetensors");
            }
            file.unreadable().keySet().forEach(file::entry);
            return new ModelFile(file, parse(path, json));
        } catch (RuntimeException | Error e) {
            file.close();
            throw e;
        }
    }

    /**
     * Opens the model that comes with this artifact.
     *
     * @throws TensorException if there is none
     */
    public static ModelFile openBuiltIn() {
        try (InputStream in = ModelFile.class.getResourceAsStream(BUILT_IN)) {
            if (in == null) {
                throw new TensorException("this build of Airfoil comes without a model: train one and name its file");
            }
            // A file within a jar cannot be mapped into memory. Its copy loses its name as soon as it is open, so that
            // nothing stays however this process ends.
            try (FileChannel copy = FileChannel.open(
                    Files.createTempFile("airfoil-", ".safetensors"),
                    StandardOpenOption.READ,
                    StandardOpenOption.WRITE,
                    StandardOpenOption.DELETE_ON_CLOSE)) {
                in.transferTo(Channels.newOutputStream(copy));
                return of(Safetensors.open(Path.of(BUILT_IN), copy));
            }
        } catch (IOException e) {
            throw new TensorException(
                    "cannot unpack the model that comes with Airfoil: " + Reason.andPlace(e)
                            + "; is there space in the folder for temporary files?",
                    e);
        }
    }

    private static ModelInfo parse(Path path, String json) {
        try {
            return ModelInfo.parse(json);
        } catch (TensorException e) {
            throw new TensorException(path + " cannot be used: " + e.getMessage(), e);
        }
    }

    public ModelInfo info() {
        return info;
    }

    /**
     * The denoiser on the current backend, its parameters owned by {@code owner}.
     *
     * @throws TensorException if the parameters are not those of the configuration in the file; the first is named
     */
    public DitAir load(Scope owner) {
        DType matrices = Interpreter.current().backend().compute();
        Params params = Params.load(owner, ParameterSource.of(file, ""), matrices);
        DitAir model = new DitAir(info.config(), params);
        params.requireAllUsed();
        return model;
    }

    /**
     * Writes a model: beside its place, then moved there.
     *
     * @param parameters the denoiser's, by name
     * @param dtype how to store them; BF16 halves the file and is what the built-in model has
     * @throws TensorException if it cannot be written
     */
    public static void write(Path target, ModelInfo info, Map<String, Tensor> parameters, DType dtype) {
        SafetensorsWriter writer = new SafetensorsWriter().metadata(KEY, info.toJson());
        try (Arena arena = Arena.ofConfined()) {
            long largest = parameters.values().stream()
                    .mapToLong(value -> new TensorSpec(dtype, value.shape()).bytes())
                    .max()
                    .orElse(0);
            MemorySegment staging = arena.allocate(largest, Long.BYTES);
            parameters.forEach((name, value) -> {
                TensorSpec spec = new TensorSpec(dtype, value.shape());
                writer.tensor(name, spec, () -> {
                    MemorySegment bytes = staging.asSlice(0, spec.bytes());
                    Scope.run("write", () -> F.cast(value, dtype).download(bytes));
                    return bytes;
                });
            });
            writer.write(target);
        }
    }

    @Override
    public void close() {
        file.close();
    }
}
