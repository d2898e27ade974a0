package dev.airfoil.tensor.io;

import dev.airfoil.tensor.Shape;
import dev.airfoil.tensor.TensorException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What one file says of itself, believed only after every check: the tensors fill the data from its first byte to the
 * file's last, without a gap or an overlap, and each has the bytes that its type and shape take.
 */
record Header(Map<String, String> metadata, Map<String, Stored> tensors) {
    /** The name that holds the metadata and so cannot be a tensor's. */
    static final String METADATA = "__metadata__";

    /** The format's own limit, in bytes. */
    static final long MAX_BYTES = 100_000_000;

    /** Bytes before the header: its length. */
    static final int PREFIX = Long.BYTES;

    private static final String DAMAGED = "; the file is damaged: fetch or save it again";

    /** A tensor that lies at {@code [begin, end)} of the file. */
    record Stored(String name, StoredType type, Shape shape, long begin, long end) {
        @Override
        public String toString() {
            return "tensor '" + name + "' (" + type + shape + ")";
        }
    }

    static Header read(Path path, FileChannel channel) throws IOException {
        long size = channel.size();
        if (size < PREFIX) {
            throw new TensorException(path + " is " + size + " bytes long, and a safetensors file starts with " + PREFIX
                    + " bytes of header length" + DAMAGED);
        }
        long length = read(channel, 0, PREFIX).order(ByteOrder.LITTLE_ENDIAN).getLong();
        if (length < 0 || length > MAX_BYTES) {
            throw new TensorException(path + " claims a header of " + Long.toUnsignedString(length)
                    + " bytes, where the format allows " + MAX_BYTES
                    + "; it is no safetensors file, or a damaged one: check the path, or fetch it again");
        }
        if (length > size - PREFIX) {
            throw new TensorException(
                    path + " claims a header of " + length + " bytes but is itself only " + size + " long" + DAMAGED);
        }
        return new Parsing(path, PREFIX + length, size).header(read(channel, PREFIX, (int) length));
    }

    private static ByteBuffer read(FileChannel channel, long from, int count) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(count);
        while (buffer.hasRemaining() && channel.read(buffer, from + buffer.position()) >= 0) {
            // a read may return less than was asked for
        }
        return buffer.flip();
    }

    /** Reads one header; the fields are what every complaint needs. */
    private record Parsing(Path path, long dataStart, long fileSize) {
        Header header(ByteBuffer bytes) {
            Map<String, String> metadata = new LinkedHashMap<>();
            Map<String, Stored> tensors = new LinkedHashMap<>();
            json(bytes).forEach((name, value) -> {
                if (name.equals(METADATA)) {
                    members(value, METADATA).forEach((key, v) -> metadata.put(key, string(v, METADATA + " " + key)));
                } else {
                    tensors.put(name, tensor(name, value));
                }
            });
            checkPlaces(tensors.values().stream()
                    .sorted(Comparator.comparingLong(Stored::begin).thenComparingLong(Stored::end))
                    .toList());
            return new Header(Collections.unmodifiableMap(metadata), Collections.unmodifiableMap(tensors));
        }

        private Map<String, Json> json(ByteBuffer bytes) {
            try {
                String text = StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
                return members(JsonParser.parse(text), "the header");
            } catch (CharacterCodingException e) {
                throw new TensorException("the header of " + path + " is not UTF-8 text" + DAMAGED, e);
            } catch (JsonParser.Malformed e) {
                throw new TensorException("the header of " + path + " is not JSON: " + e.getMessage() + DAMAGED, e);
            }
        }

        private Stored tensor(String name, Json value) {
            String label = "tensor '" + name + "'";
            Map<String, Json> members = members(value, label);
            String typeName = string(member(members, "dtype", label), label + " dtype");
            StoredType type = StoredType.named(typeName)
                    .orElseThrow(() -> damaged(label + " has the unknown dtype '" + typeName + "'"));
            List<Json> sizes = elements(member(members, "shape", label), label + " shape");
            int[] dims = new int[sizes.size()];
            for (int i = 0; i < dims.length; i++) {
                dims[i] = dimension(sizes.get(i), label);
            }
            List<Json> offsets = elements(member(members, "data_offsets", label), label + " data_offsets");
            if (offsets.size() != 2) {
                throw damaged(label + " has " + offsets.size() + " data_offsets where 2 are wanted");
            }
            long begin = whole(offsets.get(0), label + " data_offsets");
            long end = whole(offsets.get(1), label + " data_offsets");
            Stored stored = new Stored(name, type, shape(dims, label), dataStart + begin, dataStart + end);
            checkSize(stored, begin, end);
            return stored;
        }

        private Shape shape(int[] dims, String label) {
            try {
                return Shape.of(dims);
            } catch (TensorException e) {
                throw new TensorException(path + ": " + label + ": " + e.getMessage() + DAMAGED, e);
            }
        }

        private int dimension(Json value, String label) {
            long dim = whole(value, label + " shape");
            if (dim < 0 || dim > Integer.MAX_VALUE) {
                throw damaged(label + " has a dimension of " + dim + ", outside 0 to " + Integer.MAX_VALUE);
            }
            return (int) dim;
        }

        private void checkSize(Stored tensor, long begin, long end) {
            long dataSize = fileSize - dataStart;
            if (begin < 0 || begin > end) {
                throw damaged(tensor + " has the impossible data_offsets " + begin + " to " + end);
            }
            if (end > dataSize) {
                throw damaged(
                        tensor + " ends at byte " + end + " of the data, of which the file holds only " + dataSize);
            }
            long bits = tensor.type().bits() * tensor.shape().size();
            if (bits != 8 * (end - begin)) {
                throw damaged(tensor + " takes " + Math.ceilDiv(bits, 8) + " bytes but has " + (end - begin)
                        + " between its data_offsets " + begin + " and " + end);
            }
        }

        /** {@code tensors} come in the order of their places. */
        private void checkPlaces(List<Stored> tensors) {
            long at = dataStart;
            String before = "the header";
            for (Stored tensor : tensors) {
                if (tensor.begin() < at) {
                    throw damaged(tensor + " overlaps " + before + " by " + (at - tensor.begin()) + " bytes");
                }
                if (tensor.begin() > at) {
                    throw damaged((tensor.begin() - at) + " bytes between " + before + " and " + tensor
                            + " belong to no tensor");
                }
                at = tensor.end();
                before = tensor.toString();
            }
            if (at < fileSize) {
                throw damaged((fileSize - at) + " bytes after " + before + " belong to no tensor");
            }
        }

        private Json member(Map<String, Json> members, String name, String label) {
            if (!members.containsKey(name)) {
                throw damaged(label + " lacks its " + name);
            }
            return members.get(name);
        }

        private Map<String, Json> members(Json value, String label) {
            if (value instanceof Json.Obj(Map<String, Json> members)) {
                return members;
            }
            throw damaged(label + " is not a JSON object");
        }

        private List<Json> elements(Json value, String label) {
            if (value instanceof Json.Arr(List<Json> elements)) {
                return elements;
            }
            throw damaged(label + " is not a JSON array");
        }

        private String string(Json value, String label) {
            if (value instanceof Json.Str(String text)) {
                return text;
            }
            throw damaged(label + " is not a JSON string");
        }

        private long whole(Json value, String label) {
            if (value instanceof Json.Num(String text)) {
                try {
                    return Long.parseLong(text);
                } catch (NumberFormatException e) {
                    throw new TensorException(
                            path + ": " + label + " holds " + text + ", not a whole number of 64 bits" + DAMAGED, e);
                }
            }
            throw damaged(label + " holds something that is not a number");
        }

        private TensorException damaged(String what) {
            return new TensorException(path + ": " + what + DAMAGED);
        }
    }
}
