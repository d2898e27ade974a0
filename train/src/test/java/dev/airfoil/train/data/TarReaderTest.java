package dev.airfoil.train.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TarReaderTest {

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 511, 512, 513, 5003})
    void readsFilesOfAnyLength(int length) throws IOException {
        byte[] content = new byte[length];
        Arrays.fill(content, (byte) 7);

        List<TarReader.Entry> entries =
                readAll(gzip(join(file("package/a.txt", content, '0'), file("package/b", new byte[] {1}, '0'), end())));

        assertThat(entries).extracting(TarReader.Entry::name).containsExactly("package/a.txt", "package/b");
        assertThat(entries.get(0).bytes()).isEqualTo(content);
        assertThat(entries.get(1).bytes()).containsExactly(1);
    }

    @Test
    void foldersAreNotFiles() throws IOException {
        assertThat(readAll(gzip(join(file("package/", new byte[0], '5'), end()))))
                .isEmpty();
    }

    @Test
    void anArchiveCutShortIsAnError() {
        byte[] whole = join(file("package/long", new byte[3000], '0'), end());

        for (int length : List.of(100, 512, 2000, 512 + 3001, 512 + 3072)) {
            assertThatThrownBy(() -> readAll(gzip(Arrays.copyOf(whole, length))))
                    .as("cut to %s bytes", length)
                    .isInstanceOf(EOFException.class)
                    .hasMessageContaining("the archive ends");
        }
    }

    @Test
    void aCompressedStreamCutShortIsAnError() throws IOException {
        byte[] packed = gzip(join(file("package/long", new byte[3000], '0'), end()));

        assertThatThrownBy(() -> readAll(Arrays.copyOf(packed, packed.length - 20)))
                .isInstanceOf(EOFException.class);
    }

    @Test
    void aDamagedHeaderIsAnError() {
        byte[] tar = join(file("package/a", new byte[10], '0'), end());
        tar[3] ^= 1;

        assertThatThrownBy(() -> readAll(gzip(tar)))
                .isInstanceOf(IOException.class)
                .hasMessage("the archive has a damaged header");
    }

    @Test
    void anUnknownKindIsAnErrorAndNotAWrongName() {
        assertThatThrownBy(() -> readAll(gzip(join(file("PaxHeader", new byte[10], 'x'), end()))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("the unknown kind 'x'");
    }

    static byte[] gzip(byte[] bytes) throws IOException {
        var out = new ByteArrayOutputStream();
        try (GZIPOutputStream zip = new GZIPOutputStream(out)) {
            zip.write(bytes);
        }
        return out.toByteArray();
    }

    static byte[] join(byte[]... parts) {
        var out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    static byte[] end() {
        return new byte[1024];
    }

    /** A header and its padded content. */
    static byte[] file(String name, byte[] content, char kind) {
        byte[] header = new byte[512];
        put(header, 0, name);
        put(header, 124, String.format(Locale.ROOT, "%011o", content.length));
        put(header, 148, "        ");
        header[156] = (byte) kind;
        put(header, 257, "ustar");
        int sum = 0;
        for (byte b : header) {
            sum += b & 0xff;
        }
        put(header, 148, String.format(Locale.ROOT, "%06o", sum) + "\0 ");
        return join(header, Arrays.copyOf(content, (content.length + 511) / 512 * 512));
    }

    private static void put(byte[] header, int at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(bytes, 0, header, at, bytes.length);
    }

    private static List<TarReader.Entry> readAll(byte[] archive) throws IOException {
        List<TarReader.Entry> entries = new ArrayList<>();
        try (TarReader reader = new TarReader(new ByteArrayInputStream(archive))) {
            for (var entry = reader.next(); entry.isPresent(); entry = reader.next()) {
                entries.add(entry.get());
            }
        }
        return entries;
    }
}
