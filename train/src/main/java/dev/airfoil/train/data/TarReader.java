package dev.airfoil.train.data;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.GZIPInputStream;

/**
 * Reads the files of a {@code .tgz}, one after another: as much of POSIX ustar as npm packages use. Long names in pax
 * headers are not read, since none of the pinned packages has any; such a header ends in an error, not a wrong name.
 */
final class TarReader implements AutoCloseable {
    private static final int BLOCK = 512;
    private static final long MAX_ENTRY = 1L << 28;

    private final InputStream in;

    /** @param compressed the gzip stream; closed with this reader */
    TarReader(InputStream compressed) throws IOException {
        this.in = new GZIPInputStream(compressed, 1 << 16);
    }

    /** A regular file of the archive. */
    record Entry(String name, byte[] bytes) {}

    /**
     * The next regular file; empty at the archive's end.
     *
     * @throws IOException where the archive is truncated, damaged or uses an extension
     */
    Optional<Entry> next() throws IOException {
        while (true) {
            byte[] header = in.readNBytes(BLOCK);
            if (header.length < BLOCK) {
                throw new EOFException("the archive ends before its end mark");
            }
            if (isZero(header)) {
                return Optional.empty();
            }
            check(header);
            long size = octal(header, 124, 12);
            if (size > MAX_ENTRY) {
                throw new IOException("the archive holds a file of " + size + " bytes, more than any package needs");
            }
            byte[] bytes = in.readNBytes((int) size);
            int padding = (int) (-size & (BLOCK - 1));
            if (bytes.length < size || in.readNBytes(padding).length < padding) {
                throw new EOFException("the archive ends inside " + name(header));
            }
            switch (header[156]) {
                case '0', 0 -> {
                    return Optional.of(new Entry(name(header), bytes));
                }
                case '5', 'g' -> {
                    // Folders are known from the names of their files; a global pax header holds comments.
                }
                default ->
                    throw new IOException("the archive has an entry of the unknown kind '" + (char) header[156] + "'");
            }
        }
    }

    @Override
    public void close() throws IOException {
        in.close();
    }

    private static void check(byte[] header) throws IOException {
        long sum = 0;
        for (int i = 0; i < BLOCK; i++) {
            // The checksum's own eight bytes count as spaces.
            sum += i >= 148 && i < 156 ? ' ' : header[i] & 0xff;
        }
        if (sum != octal(header, 148, 8)) {
            throw new IOException("the archive has a damaged header");
        }
    }

    private static String name(byte[] header) {
        String name = text(header, 0, 100);
        boolean ustar = text(header, 257, 5).equals("ustar");
        String prefix = ustar ? text(header, 345, 155) : "";
        return prefix.isEmpty() ? name : prefix + "/" + name;
    }

    private static String text(byte[] header, int from, int length) {
        int end = from;
        while (end < from + length && header[end] != 0) {
            end++;
        }
        return new String(header, from, end - from, StandardCharsets.UTF_8);
    }

    private static long octal(byte[] header, int from, int length) throws IOException {
        String digits = text(header, from, length).trim();
        try {
            return digits.isEmpty() ? 0 : Long.parseUnsignedLong(digits, 8);
        } catch (NumberFormatException e) {
            throw new IOException("the archive has a damaged number in a header", e);
        }
    }

    private static boolean isZero(byte[] block) {
        return Arrays.equals(block, new byte[BLOCK]);
    }
}
