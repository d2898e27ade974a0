package dev.airfoil.tensor.io;

import dev.airfoil.tensor.TensorException;
import dev.airfoil.tensor.TensorSpec;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * Writes a checkpoint. Names and specs come first, the bytes are asked for one tensor at a time while the file is being
 * written, so a checkpoint never has to be in memory twice:
 *
 * <pre>{@code
 * new SafetensorsWriter()
 *         .metadata("step", "500")
 *         .tensor("block.0.weight", spec, () -> bytes)
 *         .write(Path.of("model.safetensors"));
 * }</pre>
 *
 * The file appears whole or not at all. The data start at a multiple of 64 bytes and the widest elements come first, so
 * every tensor is aligned to its element; the header keeps the order in which tensors were added.
 */
public final class SafetensorsWriter {
    private static final int ALIGNMENT = 64;
    private static final int STAGING_BYTES = 1 << 20;

    private record Pending(String name, TensorSpec spec, Supplier<MemorySegment> data) {}

    private final UnaryOperator<WritableByteChannel> disk;
    private final Map<String, String> metadata = new LinkedHashMap<>();
    private final Map<String, Pending> tensors = new LinkedHashMap<>();

    /** A checkpoint without tensors or metadata. */
    public SafetensorsWriter() {
        this(UnaryOperator.identity());
    }

    /** A writer whose {@code disk} fails as a test wants. */
    SafetensorsWriter(UnaryOperator<WritableByteChannel> disk) {
        this.disk = disk;
    }

    /** Adds free text; a key given again replaces its text. */
    public SafetensorsWriter metadata(String key, String text) {
        metadata.put(key, text);
        return this;
    }

    /**
     * Adds a tensor. {@code data} is asked once per {@link #write}, just before its bytes are written; it gives them
     * row-major, and may reuse the memory that an earlier tensor's gave.
     *
     * @throws TensorException if the name is taken
     */
    public SafetensorsWriter tensor(String name, TensorSpec spec, Supplier<MemorySegment> data) {
        if (name.equals(Header.METADATA) || tensors.containsKey(name)) {
            throw new TensorException("tensor '" + name + "' cannot be saved: the name is taken; give it another");
        }
        tensors.put(name, new Pending(name, spec, data));
        return this;
    }

    /**
     * Writes everything to {@code target}, replacing what was there only once all of it is on the disk.
     *
     * @throws TensorException if a segment has not the bytes its spec takes, or the file cannot be written (the message
     *     says how many bytes were wanted and are free); the old file stays and the temporary one is deleted, as after
     *     any exception of a data supplier
     */
    public void write(Path target) {
        List<Pending> placed = tensors.values().stream()
                .sorted(Comparator.comparingInt(t -> -t.spec().dtype().bytes()))
                .toList();
        ByteBuffer header = header(placed);
        long bytes = header.remaining()
                + placed.stream().mapToLong(t -> t.spec().bytes()).sum();
        AtomicFile.write(target, bytes, disk, out -> {
            writeAll(out, header);
            ByteBuffer staging = ByteBuffer.allocateDirect(STAGING_BYTES);
            for (Pending tensor : placed) {
                writeAll(out, tensor, staging);
            }
        });
    }

    /** The length prefix and the header, padded with spaces so that the data start aligned. */
    private ByteBuffer header(List<Pending> placed) {
        Map<String, Long> begins = new LinkedHashMap<>();
        long at = 0;
        for (Pending tensor : placed) {
            begins.put(tensor.name(), at);
            at += tensor.spec().bytes();
        }
        List<String> members = new ArrayList<>();
        if (!metadata.isEmpty()) {
            List<String> texts = new ArrayList<>();
            metadata.forEach((key, text) -> texts.add(Json.quote(key) + ":" + Json.quote(text)));
            members.add(Json.quote(Header.METADATA) + ":{" + String.join(",", texts) + "}");
        }
        tensors.forEach((name, tensor) -> members.add(describe(tensor, begins.get(name))));
        byte[] text = ("{" + String.join(",", members) + "}").getBytes(StandardCharsets.UTF_8);
        int padded = Math.ceilDiv(Header.PREFIX + text.length, ALIGNMENT) * ALIGNMENT;
        if (padded - Header.PREFIX > Header.MAX_BYTES) {
            throw new TensorException("the header would take " + text.length + " bytes, where the format allows "
                    + Header.MAX_BYTES + "; save less metadata or split the tensors over several files");
        }
        byte[] all = new byte[padded];
        Arrays.fill(all, (byte) ' ');
        return ByteBuffer.wrap(all)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(padded - Header.PREFIX)
                .put(text)
                .rewind();
    }

    private static String describe(Pending tensor, long begin) {
        TensorSpec spec = tensor.spec();
        return Json.quote(tensor.name()) + ":{\"dtype\":"
                + Json.quote(StoredType.of(spec.dtype()).name())
                + ",\"shape\":" + Arrays.toString(spec.shape().toArray()).replace(" ", "") + ",\"data_offsets\":["
                + begin + "," + (begin + spec.bytes()) + "]}";
    }

    /** Through a small direct buffer, which takes memory of every kind and of more than 2 GB. */
    private static void writeAll(WritableByteChannel out, Pending tensor, ByteBuffer staging) throws IOException {
        MemorySegment data = tensor.data().get();
        long size = tensor.spec().bytes();
        if (data.byteSize() != size) {
            throw new TensorException("tensor '" + tensor.name() + "' (" + tensor.spec() + ") takes " + size
                    + " bytes but was given " + data.byteSize() + "; give its whole contiguous data");
        }
        for (long at = 0; at < size; at += staging.capacity()) {
            staging.clear().limit((int) Math.min(staging.capacity(), size - at));
            MemorySegment.copy(data, at, MemorySegment.ofBuffer(staging), 0, staging.limit());
            writeAll(out, staging);
        }
    }

    private static void writeAll(WritableByteChannel out, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            out.write(bytes);
        }
    }
}
