package dev.airfoil.pipeline;

import dev.airfoil.tensor.TensorException;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Width and height of a picture in pixels. Written {@code 48x32}. */
public record ImageSize(int width, int height) {
    private static final Pattern TEXT = Pattern.compile("(\\d{1,5})(?:x(\\d{1,5}))?");

    public ImageSize {
        if (width < 1 || height < 1) {
            throw new TensorException("an image of " + width + "x" + height + " has no pixels");
        }
    }

    /** A square. */
    public static ImageSize square(int side) {
        return new ImageSize(side, side);
    }

    /**
     * Reads {@code 32} or {@code 48x32}, width first.
     *
     * @throws TensorException if {@code text} is neither
     */
    public static ImageSize parse(String text) {
        Objects.requireNonNull(text, "text");
        Matcher m = TEXT.matcher(text.strip());
        if (!m.matches()) {
            throw new TensorException("'" + text + "' is no image size: write 32 for a square, or 48x32");
        }
        int width = Integer.parseInt(m.group(1));
        return new ImageSize(width, m.group(2) == null ? width : Integer.parseInt(m.group(2)));
    }

    /** Number of pixels. */
    public long pixels() {
        return (long) width * height;
    }

    @Override
    public String toString() {
        return width + "x" + height;
    }
}
