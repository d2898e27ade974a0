package dev.airfoil.text.onnx;

import dev.airfoil.tensor.TensorException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/**
 * Walks over one message in protobuf's wire format: a run of fields, each a tag (field number and wire type) and a
 * value. Numbers are little-endian or "varints" of seven bits a byte; everything else is length-prefixed bytes, which
 * may be a message again. Copies nothing.
 *
 * <pre>{@code
 * while (reader.next()) {
 *     switch (reader.field()) {
 *         case 1 -> name = reader.string();
 *         default -> reader.skip();
 *     }
 * }
 * }</pre>
 */
final class ProtoReader {
    private static final int VARINT = 0;
    private static final int EIGHT_BYTES = 1;
    private static final int BYTES = 2;
    private static final int FOUR_BYTES = 5;

    private final MemorySegment file;
    private final String source;
    private final long end;
    private long position;
    private int field;
    private int wireType;

    private ProtoReader(MemorySegment file, String source, long position, long end) {
        this.file = file;
        this.source = source;
        this.position = position;
        this.end = end;
    }

    /**
     * Over a whole file.
     *
     * @param source what to call the file in messages
     */
    static ProtoReader of(MemorySegment file, String source) {
        return new ProtoReader(file, source, 0, file.byteSize());
    }

    /** Goes to the next field; false at the end of the message. */
    boolean next() {
        if (position == end) {
            return false;
        }
        long tag = varint();
        field = (int) (tag >>> 3);
        wireType = (int) (tag & 7);
        if (tag >>> 3 == 0 || tag >>> 3 > 0x1fff_ffffL) {
            throw corrupt("a field with the impossible number " + (tag >>> 3));
        }
        return true;
    }

    /** Number of the field that is to be read or skipped now. */
    int field() {
        return field;
    }

    /** True if the field holds length-prefixed bytes: a text, a message or packed numbers. */
    boolean isBytes() {
        return wireType == BYTES;
    }

    long number() {
        want(VARINT);
        return varint();
    }

    String string() {
        return new String(bytes().toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
    }

    MemorySegment bytes() {
        want(BYTES);
        long length = varint();
        return file.asSlice(take(length), length);
    }

    /** A reader over the message, or the packed numbers, that this field holds. */
    ProtoReader message() {
        want(BYTES);
        long length = varint();
        long start = take(length);
        return new ProtoReader(file, source, start, start + length);
    }

    /** The next of a run of packed varints, in a reader from {@link #message()}; see {@link #hasMore()}. */
    long packed() {
        return varint();
    }

    boolean hasMore() {
        return position < end;
    }

    void skip() {
        switch (wireType) {
            case VARINT -> varint();
            case EIGHT_BYTES -> take(8);
            case BYTES -> take(varint());
            case FOUR_BYTES -> take(4);
            default -> throw corrupt("wire type " + wireType + ", which does not exist here");
        }
    }

    private long varint() {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            byte b = file.get(ValueLayout.JAVA_BYTE, take(1));
            value |= (long) (b & 0x7f) << shift;
            if (b >= 0) {
                return value;
            }
        }
        throw corrupt("a number of more than 64 bits");
    }

    /** Moves over {@code length} bytes and says where they begin. */
    private long take(long length) {
        long start = position;
        if (length < 0 || length > end - start) {
            throw new TensorException(source + " is truncated or corrupt: at byte " + start + " it announces "
                    + Long.toUnsignedString(length) + " bytes where " + (end - start)
                    + " are left; fetch the file again");
        }
        position = start + length;
        return start;
    }

    private void want(int type) {
        if (wireType != type) {
            throw corrupt("field " + field + " with wire type " + wireType + " where " + type + " is expected");
        }
    }

    private TensorException corrupt(String what) {
        return new TensorException(
                source + " is corrupt or not an ONNX file: before byte " + position + " lies " + what);
    }
}
