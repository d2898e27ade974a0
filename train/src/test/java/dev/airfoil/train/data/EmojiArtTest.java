package dev.airfoil.train.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.logging.ConsoleHandler;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** From an icon's name to its meaning and its pixels, on a few real icons that are committed with the tests. */
class EmojiArtTest {
    private static final JsonNode NO_CHARS = JsonMapper.shared().createObjectNode();
    private static final List<Emoji> EMOJI = Emoji.parse(json("emojibase-data.json"));
    private static final IconSet NOTO = new IconSet(
            json("noto-icons.json"),
            JsonMapper.shared().createObjectNode().put("1f34e", "red-apple").put("2764", "red-heart"));
    private static final IconSet FLUENT = new IconSet(json("fluent-icons.json"), NO_CHARS);

    private static JsonNode json(String name) {
        try (InputStream in = EmojiArtTest.class.getResourceAsStream(name)) {
            return JsonMapper.shared().readTree(in);
        } catch (IOException e) {
            throw new AssertionError(name, e);
        }
    }

    private static Map<String, String> match(String set, IconSet icons) {
        Map<String, String> labels = new HashMap<>();
        new EmojiNames(EMOJI, List.of(NOTO.hexcodes()))
                .match(set, icons)
                .icons()
                .forEach((emoji, name) -> labels.put(name, emoji.label()));
        return labels;
    }

    private static byte[] draw(IconSet icons, String name, int size) throws IOException {
        return SvgRasterizer.draw(icons.svg(name).orElseThrow(), size);
    }

    private static List<Integer> pixel(byte[] rgb, int size, int x, int y) {
        int at = (y * size + x) * 3;
        return List.of(rgb[at] & 0xff, rgb[at + 1] & 0xff, rgb[at + 2] & 0xff);
    }

    @Test
    void skinTonesKeepTheirConceptAndComponentsAreNoPictures() {
        assertThat(EMOJI).extracting(Emoji::label).doesNotContain("light skin tone", "regional indicator A");
        assertThat(EMOJI)
                .filteredOn(e -> e.label().startsWith("woman and man holding hands"))
                .hasSize(4)
                .extracting(Emoji::concept)
                .containsOnly("1F46B");
        assertThat(EMOJI)
                .filteredOn(e -> e.label().equals("woman mage: light skin tone"))
                .extracting(Emoji::hexcode, Emoji::concept)
                .containsExactly(tuple("1F9D9-1F3FB-200D-2640", "1F9D9-200D-2640"));
    }

    @Test
    void meaningsComeFromTheOwnTableOrFromTheName() {
        assertThat(match("noto", NOTO))
                .containsEntry("red-apple", "red apple")
                .containsEntry("red-heart", "red heart")
                .containsEntry("green-circle", "green circle")
                .containsEntry("down-arrow", "down arrow")
                .doesNotContainKeys("withdrawn", "hand-drawn", "lost");
        assertThat(match("fluent-emoji-flat", FLUENT))
                .containsEntry("red-apple", "red apple")
                .containsEntry("waving-hand-light", "waving hand: light skin tone")
                .containsEntry("backhand-index-pointing-right", "backhand index pointing right");
    }

    @Test
    void unknownNamesAreListed() {
        assertThat(new EmojiNames(EMOJI, List.of()).match("noto", NOTO).unknown())
                .containsExactly("hand-drawn");
    }

    @Test
    void anAliasOfNothingHasNoPicture() {
        assertThat(NOTO.svg("lost")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 13, 32, 64})
    void drawsOnWhiteAtAnySize(int size) throws IOException {
        byte[] circle = draw(NOTO, "green-circle", size);

        assertThat(circle).hasSize(size * size * 3);
        List<Integer> centre = pixel(circle, size, size / 2, size / 2);
        assertThat(centre.get(1)).isGreaterThan(centre.get(0)).isGreaterThan(centre.get(2));
        if (size > 1) {
            assertThat(pixel(circle, size, 0, 0)).containsExactly(255, 255, 255);
        }
    }

    @Test
    void anAppleIsRedAndAHeartIsBlue() throws IOException {
        List<Integer> apple = pixel(draw(FLUENT, "red-apple", 32), 32, 16, 20);
        List<Integer> heart = pixel(draw(FLUENT, "blue-heart", 32), 32, 16, 16);

        assertThat(apple.get(0)).isGreaterThan(apple.get(1) + 50).isGreaterThan(apple.get(2) + 50);
        assertThat(heart.get(2)).isGreaterThan(heart.get(0) + 50);
    }

    @Test
    void currentColorIsBlack() throws IOException {
        byte[] drawn = draw(NOTO, "hand-drawn", 8);

        assertThat(pixel(drawn, 8, 4, 1)).containsExactly(0, 0, 0);
        assertThat(pixel(drawn, 8, 4, 6)).containsExactly(255, 255, 255);
    }

    @Test
    void anAliasMayBeMirrored() throws IOException {
        int size = 16;
        byte[] left = draw(FLUENT, "backhand-index-pointing-left", size);
        byte[] right = draw(FLUENT, "backhand-index-pointing-right", size);
        byte[] up = draw(NOTO, "up-arrow", size);
        byte[] down = draw(NOTO, "down-arrow", size);

        assertThat(right).isNotEqualTo(left);
        assertThat(down).isNotEqualTo(up);
        for (int y = 0; y < size; y++) {
            for (int x = 0; x < size; x++) {
                assertClose(pixel(right, size, x, y), pixel(left, size, size - 1 - x, y));
                assertClose(pixel(down, size, x, y), pixel(up, size, x, size - 1 - y));
            }
        }
    }

    /** Antialiasing rounds a mirrored edge a little differently. */
    private static void assertClose(List<Integer> a, List<Integer> b) {
        for (int c = 0; c < 3; c++) {
            assertThat(Math.abs(a.get(c) - b.get(c))).isLessThanOrEqualTo(8);
        }
    }

    @Test
    void whatIsNoSvgIsAReasonAndNeitherAPictureNorALineOnTheConsole() {
        List<String> console = new ArrayList<>();
        Handler listener = new ConsoleHandler() {
            @Override
            public void publish(LogRecord entry) {
                console.add(entry.getMessage());
            }
        };
        Logger root = Logger.getLogger("");
        root.addHandler(listener);
        try {
            assertThatThrownBy(() -> SvgRasterizer.draw("this is no SVG", 8))
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith("not an SVG document: ParseError at [row,col]:[1,1] Message: ");
            assertThatThrownBy(() -> SvgRasterizer.draw("<html/>", 8))
                    .hasMessage("not an SVG document: Document is empty");
        } finally {
            root.removeHandler(listener);
        }
        assertThat(console).isEmpty();
    }
}
