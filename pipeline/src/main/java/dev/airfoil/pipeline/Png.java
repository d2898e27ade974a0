package dev.airfoil.pipeline;

import ar.com.hjg.pngj.ImageInfo;
import ar.com.hjg.pngj.ImageLineByte;
import ar.com.hjg.pngj.PngReaderByte;
import ar.com.hjg.pngj.PngWriter;
import ar.com.hjg.pngj.PngjException;
import ar.com.hjg.pngj.chunks.PngChunkTextVar;
import dev.airfoil.tensor.TensorException;
import dev.airfoil.tensor.io.AtomicFile;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** PNG files that say how they were made. */
public final class Png {
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
            PngReaderByte reader = new PngReaderByte(file.toFile());
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
        } catch (PngjException e) {
            throw new TensorException(file + " cannot be read as a PNG: " + e.getMessage(), e);
        }
    }
}
