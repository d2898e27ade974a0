package dev.airfoil.pipeline;

import dev.airfoil.tensor.Dims;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.TensorException;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** A picture of 8-bit red, green and blue, three bytes a pixel, row by row. Immutable. */
public final class RgbImage {
    private static final int CHANNELS = 3;

    private final int width;
    private final int height;
    private final byte[] rgb;

    private RgbImage(int width, int height, byte[] rgb) {
        this.width = width;
        this.height = height;
        this.rgb = rgb;
    }

    /** A picture of these bytes, which are copied. */
    public static RgbImage of(int width, int height, byte[] rgb) {
        Objects.requireNonNull(rgb, "rgb");
        if (width < 1 || height < 1 || rgb.length != (long) CHANNELS * width * height) {
            throw new TensorException(
                    "a picture of " + width + "x" + height + " cannot be made of " + rgb.length + " bytes");
        }
        return new RgbImage(width, height, rgb.clone());
    }

    /** The pictures in {@code images [b 3 h w]}, where -1 is dark and 1 light; what lies outside is clipped. */
    public static List<RgbImage> of(Tensor images) {
        Objects.requireNonNull(images, "images");
        Dims dims = Dims.of("rgbImage").bind("images", images.spec(), "b 3 h w");
        int pixels = dims.get("h") * dims.get("w");
        float[] values = images.toFloats();
        List<RgbImage> all = new ArrayList<>();
        for (int b = 0; b < dims.get("b"); b++) {
            byte[] rgb = new byte[CHANNELS * pixels];
            for (int c = 0; c < CHANNELS; c++) {
                for (int p = 0; p < pixels; p++) {
                    float level = (values[(b * CHANNELS + c) * pixels + p] + 1) * 127.5f;
                    rgb[CHANNELS * p + c] = (byte) Math.round(Math.clamp(level, 0f, 255f));
                }
            }
            all.add(new RgbImage(dims.get("w"), dims.get("h"), rgb));
        }
        return List.copyOf(all);
    }

    public int width() {
        return width;
    }

    public int height() {
        return height;
    }

    /** A copy of the bytes. */
    public byte[] rgb() {
        return rgb.clone();
    }

    /**
     * Red, green and blue of one pixel as {@code 0xRRGGBB}.
     *
     * @throws TensorException if it lies outside
     */
    public int pixel(int x, int y) {
        if (x < 0 || x >= width || y < 0 || y >= height) {
            throw new TensorException("there is no pixel " + x + ", " + y + " in a " + this);
        }
        int at = CHANNELS * (y * width + x);
        return (rgb[at] & 0xff) << 16 | (rgb[at + 1] & 0xff) << 8 | rgb[at + 2] & 0xff;
    }

    /** A new {@code TYPE_INT_RGB} image. */
    public BufferedImage toBufferedImage() {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                image.setRGB(x, y, pixel(x, y));
            }
        }
        return image;
    }

    /**
     * Writes a PNG: beside its place, then moved there.
     *
     * @param texts what the file says of itself, by keyword
     * @throws TensorException if it cannot be written
     */
    public void writePng(Path target, Map<String, String> texts) {
        Objects.requireNonNull(target, "target");
        Objects.requireNonNull(texts, "texts");
        Png.write(target, this, texts);
    }

    /** One row of pixels as bytes. */
    byte[] row(int y) {
        return Arrays.copyOfRange(rgb, CHANNELS * y * width, CHANNELS * (y + 1) * width);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RgbImage o && width == o.width && height == o.height && Arrays.equals(rgb, o.rgb);
    }

    @Override
    public int hashCode() {
        return 31 * width + Arrays.hashCode(rgb);
    }

    @Override
    public String toString() {
        return "picture of " + width + "x" + height;
    }
}
