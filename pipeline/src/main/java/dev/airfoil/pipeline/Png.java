package dev.airfoil.pipeline;

import ar.com.hjg.pngj.ImageInfo;
import ar.com.hjg.pngj.ImageLineByte;
import ar.com.hjg.pngj.PngReaderByte;
import ar.com.hjg.pngj.PngWriter;
import ar.com.hjg.pngj.PngjException;
import ar.com.hjg.pngj.PngjExceptionInternal;
import ar.com.hjg.pngj.chunks.PngChunkTextVar;
import dev.airfoil.tensor.TensorException;
import dev.airfoil.tensor.io.AtomicFile;
import dev.airfoil.tensor.io.Reason;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** PNG files that say how they were made. */
public final class Png {
    /** Bytes before the first chunk. */
    private static final int SIGNATURE = 8;
    /** Bytes of a chunk around its data: length, name and checksum. */
    private static final int AROUND = 12;

    private Png() {}

    /** A text that Latin-1 can hold goes into a tEXt chunk, any other into iTXt, which is UTF-8. */
    static void write(Path target, RgbImage image, Map<String, String> texts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageInfo info = new ImageInfo(image.width(), image.height(), 8, false);
        PngWriter writer = new PngWriter(out, info);
        texts.forEach((keyword, text) -> writer.getMetadata()
                .setText(keyword, text, StandardCharsets.ISO_8859_1.newEncoder().canEncode(text), false));
        for (int y = 0; y < image.height(); y++) {
            writer.writeRow(new ImageLineByte(info, image.row(y)));
        }
        writer.end();
        AtomicFile.write(target, out.toByteArray());
    }

    /**
     * What a PNG says of itself, by keyword.
     *
     * @throws TensorException if the file is no PNG
     */
    public static Map<String, String> texts(Path file) {
        try {
            byte[] bytes = Files.readAllBytes(file);
            int end = end(bytes);
            if (end > bytes.length) {
                throw new TensorException(file + " cannot be read as a PNG: it ends before its last chunk does");
            }
            PngReaderByte reader = new PngReaderByte(new ByteArrayInputStream(bytes, 0, end));
            try {
                Map<String, String> texts = new LinkedHashMap<>();
                reader.readSkippingAllRows(); // texts may stand behind the pixels
                reader.getChunksList().getChunks().forEach(chunk -> {
                    if (chunk instanceof PngChunkTextVar text) {
                        texts.put(text.getKey(), text.getVal());
                    }
                });
                return texts;
            } finally {
                reader.close();
            }
        } catch (IOException e) {
            throw new TensorException("cannot read " + file + ": " + Reason.of(e), e);
        } catch (PngjException | PngjExceptionInternal e) {
            throw new TensorException(file + " cannot be read as a PNG: " + e.getMessage(), e);
        }
    }

    /**
     * Where the last chunk ends, which is beyond the file if that is cut off or damaged: pngj would make room for whatever
     * length a chunk names. What stands behind is passed over, as whatever shows pictures does.
     */
    private static int end(byte[] bytes) {
        ByteBuffer file = ByteBuffer.wrap(bytes);
        int last = ByteBuffer.wrap("IEND".getBytes(StandardCharsets.US_ASCII)).getInt();
        for (long at = SIGNATURE; at + AROUND <= bytes.length; ) {
            int name = file.getInt((int) at + Integer.BYTES);
            at += AROUND + Integer.toUnsignedLong(file.getInt((int) at));
            if (name == last && at <= bytes.length) {
                return (int) at;
            }
        }
        return Integer.MAX_VALUE;
    }
}
