package dev.airfoil.tensor.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes safetensors files byte by byte, right or wrong. */
final class Raw {
    private Raw() {}

    /** A file with this header, as it is, and {@code data} bytes 0, 1, 2, ... */
    static Path file(Path path, String header, int data) throws IOException {
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        return file(path, text.length, text, data);
    }

    /** A file that claims a header of {@code claimed} bytes. */
    static Path file(Path path, long claimed, byte[] header, int data) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(8 + header.length + data)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(claimed)
                .put(header);
        for (int i = 0; i < data; i++) {
            bytes.put((byte) i);
        }
        return Files.write(path, bytes.array());
    }
}
