package dev.airfoil.tensor.io;

import dev.airfoil.tensor.DType;
import dev.airfoil.tensor.TensorException;
import dev.airfoil.tensor.TensorSpec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * An open checkpoint, of one file or of several. Its segments may be read by any thread until {@link #close}; using one
 * later is an {@link IllegalStateException}. The files must not be shortened meanwhile (replacing one, as {@link
 * SafetensorsWriter} does, is harmless).
 */
public final class SafetensorsFile implements AutoCloseable {
    /** Where a tensor lies: {@code offset} is in bytes from the start of {@code file}. */
    public record Entry(String name, TensorSpec spec, Path file, long offset) {}

    private final Path path;
    private final Arena arena;
    private final Map<String, String> metadata;
    private final Map<String, Shard> holders;
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final Map<String, String> unreadable = new LinkedHashMap<>();

    /** {@code holders} says which shard holds which tensor; closing the file closes {@code arena}. */
    SafetensorsFile(Path path, Arena arena, Map<String, String> metadata, Map<String, Shard> holders) {
        this.path = path;
        this.arena = arena;
        this.metadata = metadata;
        this.holders = holders;
        holders.forEach((name, shard) -> {
            Header.Stored stored = shard.header().tensors().get(name);
            stored.type()
                    .dtype()
                    .ifPresentOrElse(
                            dtype -> entries.put(
                                    name,
                                    new Entry(
                                            name, new TensorSpec(dtype, stored.shape()), shard.path(), stored.begin())),
                            () -> unreadable.put(name, stored.type().name()));
        });
    }

    /** The file that was opened: of a sharded checkpoint its index. */
    public Path path() {
        return path;
    }

    /** Free text by key, in the file's order. */
    public Map<String, String> metadata() {
        return Collections.unmodifiableMap(metadata);
    }

    /** The tensors that can be read, by name, in the file's order. */
    public Map<String, Entry> entries() {
        return Collections.unmodifiableMap(entries);
    }

    /** The tensors of a type that Airfoil does not have (such as I64), with that type's name in the file. */
    public Map<String, String> unreadable() {
        return Collections.unmodifiableMap(unreadable);
    }

    /** @throws TensorException if there is no tensor {@code name}, or its type is one that Airfoil does not have */
    public Entry entry(String name) {
        if (unreadable.containsKey(name)) {
            throw new TensorException(path + ": tensor '" + name + "' is " + unreadable.get(name)
                    + ", which Airfoil does not read; convert it to " + readableTypes() + " where the file is made");
        }
        if (!entries.containsKey(name)) {
            throw new TensorException(path + " holds no tensor '" + name + "'; it holds " + entries.size() + ": "
                    + entries.keySet().stream().limit(5).collect(Collectors.joining(", "))
                    + (entries.size() > 5 ? ", ..." : ""));
        }
        return entries.get(name);
    }

    /**
     * The bytes of a tensor, row-major, read-only and mapped. They are aligned to the element only if the file's writer
     * saw to it (ours and Hugging Face's do), so read with an unaligned {@link ValueLayout}.
     *
     * @throws TensorException as {@link #entry}
     */
    public MemorySegment data(String name) {
        Entry entry = entry(name);
        return holders.get(name).bytes().asSlice(entry.offset(), entry.spec().bytes());
    }

    /**
     * A copy of an F32, BF16 or F16 tensor as floats, row-major.
     *
     * @throws TensorException as {@link #entry}, if the type is another, or if no array is long enough
     */
    public float[] floats(String name) {
        MemorySegment data = data(name);
        DType dtype = entry(name).spec().dtype();
        if (!dtype.isFloat()) {
            throw new TensorException(path + ": tensor '" + name + "' is " + dtype + " where F32, BF16 or F16 is"
                    + " wanted; read it with ints");
        }
        float[] values = new float[length(name)];
        if (dtype == DType.F32) {
            MemorySegment.copy(data, ValueLayout.JAVA_FLOAT_UNALIGNED, 0, values, 0, values.length);
            return values;
        }
        for (int i = 0; i < values.length; i++) {
            short bits = data.get(ValueLayout.JAVA_SHORT_UNALIGNED, 2L * i);
            values[i] = dtype == DType.BF16 ? DType.fromBf16(bits) : Float.float16ToFloat(bits);
        }
        return values;
    }

    /**
     * A copy of an I32, I8 or U8 tensor as ints, row-major; I8 gives -128 to 127, U8 0 to 255.
     *
     * @throws TensorException as {@link #entry}, if the type is another, or if no array is long enough
     */
    public int[] ints(String name) {
        MemorySegment data = data(name);
        DType dtype = entry(name).spec().dtype();
        if (dtype.isFloat()) {
            throw new TensorException(path + ": tensor '" + name + "' is " + dtype
                    + " where I32, I8 or U8 is wanted; read it with floats");
        }
        int[] values = new int[length(name)];
        if (dtype == DType.I32) {
            MemorySegment.copy(data, ValueLayout.JAVA_INT_UNALIGNED, 0, values, 0, values.length);
            return values;
        }
        for (int i = 0; i < values.length; i++) {
            byte value = data.get(ValueLayout.JAVA_BYTE, i);
            values[i] = dtype == DType.U8 ? Byte.toUnsignedInt(value) : value;
        }
        return values;
    }

    /** Unmaps the files; segments that {@link #data} gave are dead from here on. */
    @Override
    public void close() {
        arena.close();
    }

    /** The path, for messages. */
    @Override
    public String toString() {
        return path.toString();
    }

    private int length(String name) {
        TensorSpec spec = entry(name).spec();
        if (spec.shape().size() > Integer.MAX_VALUE - 8) {
            throw new TensorException(
                    path + ": tensor '" + name + "' (" + spec + ") is too long for an array; read it with data");
        }
        return (int) spec.shape().size();
    }

    private static String readableTypes() {
        return Arrays.stream(DType.values()).map(DType::name).collect(Collectors.joining(", "));
    }
}
