package dev.airfoil.pipeline;

import dev.airfoil.tensor.TensorException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A font of 5 x 7 pixels, drawn in the resource {@code pixel-font.txt}. The JDK's own text drawing needs font files
 * that a server does not have.
 */
final class PixelFont {
    /** Distance of two letters. */
    static final int ADVANCE = 6;

    /** Distance of two lines. */
    static final int LINE = 9;

    private static final int WIDTH = 5;
    private static final int HEIGHT = 7;
    private static final int BAND = 16;
    private static final char FIRST = ' ';
    private static final char LAST = '~';
    private static final List<String> ART = art();

    private PixelFont() {}

    /** Where a letter has ink. */
    interface Ink {
        void at(int x, int y);
    }

    /** Draws {@code text}, its upper left corner at (0, 0); what is not ASCII becomes a question mark. */
    static void draw(String text, Ink ink) {
        int left = 0;
        for (int c : text.codePoints().toArray()) {
            int glyph = (c < FIRST || c > LAST ? '?' : c) - FIRST;
            for (int y = 0; y < HEIGHT; y++) {
                String row = ART.get(glyph / BAND * (HEIGHT + 1) + y);
                for (int x = 0; x < WIDTH; x++) {
                    if (row.charAt(glyph % BAND * ADVANCE + x) == '#') {
                        ink.at(left + x, y);
                    }
                }
            }
            left += ADVANCE;
        }
    }

    /** {@code text} in lines of at most {@code width} pixels, broken at spaces where that is possible. */
    static List<String> wrap(String text, int width) {
        int fit = Math.max(1, width / ADVANCE);
        List<String> lines = new ArrayList<>();
        String rest = text.strip();
        while (rest.length() > fit) {
            int space = rest.lastIndexOf(' ', fit);
            int cut = space > 0 ? space : fit;
            lines.add(rest.substring(0, cut).stripTrailing());
            rest = rest.substring(cut).stripLeading();
        }
        lines.add(rest);
        return lines;
    }

    private static List<String> art() {
        try (InputStream in = PixelFont.class.getResourceAsStream("pixel-font.txt")) {
            byte[] bytes = Optional.ofNullable(in)
                    .orElseThrow(() -> new TensorException("the pixel font is missing; is the jar complete?"))
                    .readAllBytes();
            return new String(bytes, StandardCharsets.US_ASCII).lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
