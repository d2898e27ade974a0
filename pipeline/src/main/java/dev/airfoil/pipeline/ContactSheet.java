package dev.airfoil.pipeline;

import dev.airfoil.tensor.TensorException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * Many small pictures with labels as one.
 *
 * @param columns pictures beside each other
 * @param scale each pixel becomes a square of this side
 */
public record ContactSheet(int columns, int scale) {
    private static final int GAP = 8;
    private static final int TITLE_SCALE = 2;
    private static final int PAPER = 0xffffff;
    private static final int INK = 0x202020;

    /** Pixels at most: their bytes lie in one array. */
    private static final int MOST = Integer.MAX_VALUE / 3;

    public ContactSheet {
        if (columns < 1 || scale < 1) {
            throw new TensorException("a contact sheet of " + columns + " columns at scale " + scale
                    + " cannot be drawn: both must be positive");
        }
    }

    /** A picture and what is written below it; may be empty. */
    public record Cell(RgbImage picture, String label) {
        public Cell {
            Objects.requireNonNull(picture, "picture");
            Objects.requireNonNull(label, "label");
        }
    }

    /** Pictures under a title; it may be empty. */
    public record Section(String title, List<Cell> cells) {
        public Section {
            Objects.requireNonNull(title, "title");
            cells = List.copyOf(cells);
        }
    }

    /** Pictures without sections. */
    public RgbImage draw(List<Cell> cells) {
        return drawSections(List.of(new Section("", cells)));
    }

    /** Sections below each other. */
    public RgbImage drawSections(List<Section> sections) {
        List<Cell> all = sections.stream().flatMap(s -> s.cells().stream()).toList();
        if (all.isEmpty()) {
            throw new TensorException("a contact sheet needs one picture or more");
        }
        int widest = all.stream().mapToInt(c -> c.picture().width()).max().orElseThrow();
        if ((long) scale * widest > MOST || (long) columns * (scale * widest + GAP) > MOST) {
            throw tooLarge();
        }
        int cell = scale * widest;
        int width = GAP + columns * (cell + GAP);
        long height = GAP + sections.stream().mapToLong(s -> height(s, cell)).sum();
        if (height * width > MOST) {
            throw tooLarge();
        }
        Canvas canvas = new Canvas(width, (int) height);
        int top = GAP;
        for (Section section : sections) {
            draw(section, cell, top, canvas);
            top += (int) height(section, cell);
        }
        return canvas.picture();
    }

    private TensorException tooLarge() {
        return new TensorException("a contact sheet of " + columns + " columns at scale " + scale
                + " has more pixels than a picture can: choose fewer or smaller ones");
    }

    private void draw(Section section, int cell, int top, Canvas canvas) {
        int at = top;
        if (!section.title().isEmpty()) {
            canvas.text(section.title(), GAP, at, TITLE_SCALE);
            at += titleHeight(section);
        }
        for (List<Cell> row : rows(section)) {
            int left = GAP;
            int below = at + pictureHeight(row) + PixelFont.LINE / 2;
            for (Cell c : row) {
                canvas.picture(c.picture(), left, at, scale);
                int line = below;
                for (String text : PixelFont.wrap(c.label(), cell)) {
                    canvas.text(text, left, line, 1);
                    line += PixelFont.LINE;
                }
                left += cell + GAP;
            }
            at += rowHeight(row, cell);
        }
    }

    private long height(Section section, int cell) {
        return titleHeight(section)
                + rows(section).stream().mapToLong(row -> rowHeight(row, cell)).sum();
    }

    private static int titleHeight(Section section) {
        return section.title().isEmpty() ? 0 : TITLE_SCALE * PixelFont.LINE + GAP;
    }

    private int rowHeight(List<Cell> row, int cell) {
        int lines = row.stream()
                .mapToInt(c -> c.label().isEmpty()
                        ? 0
                        : PixelFont.wrap(c.label(), cell).size())
                .max()
                .orElse(0);
        return pictureHeight(row) + PixelFont.LINE / 2 + lines * PixelFont.LINE + GAP;
    }

    private int pictureHeight(List<Cell> row) {
        return scale * row.stream().mapToInt(c -> c.picture().height()).max().orElse(0);
    }

    private List<List<Cell>> rows(Section section) {
        List<Cell> cells = section.cells();
        return IntStream.range(0, Math.ceilDiv(cells.size(), columns))
                .mapToObj(r -> cells.subList(r * columns, Math.min(cells.size(), (r + 1) * columns)))
                .toList();
    }

    /** Paper to draw on. */
    private static final class Canvas {
        private final int width;
        private final int height;
        private final byte[] rgb;

        Canvas(int width, int height) {
            this.width = width;
            this.height = height;
            this.rgb = new byte[3 * width * height];
            Arrays.fill(rgb, (byte) PAPER);
        }

        void picture(RgbImage picture, int left, int top, int scale) {
            for (int y = 0; y < scale * picture.height(); y++) {
                for (int x = 0; x < scale * picture.width(); x++) {
                    set(left + x, top + y, picture.pixel(x / scale, y / scale));
                }
            }
        }

        /** What does not fit the paper is not drawn. */
        void text(String text, int left, int top, int scale) {
            PixelFont.draw(text, (x, y) -> {
                for (int i = 0; i < scale * scale; i++) {
                    set(left + scale * x + i % scale, top + scale * y + i / scale, INK);
                }
            });
        }

        private void set(int x, int y, int color) {
            if (x < width && y < height) {
                int at = 3 * (y * width + x);
                rgb[at] = (byte) (color >> 16);
                rgb[at + 1] = (byte) (color >> 8);
                rgb[at + 2] = (byte) color;
            }
        }

        RgbImage picture() {
            return RgbImage.of(width, height, rgb);
        }
    }
}
