package dev.airfoil.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.airfoil.pipeline.ContactSheet.Cell;
import dev.airfoil.pipeline.ContactSheet.Section;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ContactSheetTest {
    private static final RgbImage RED = RgbImage.of(1, 1, new byte[] {(byte) 200, 0, 0});
    private static final RgbImage BLUE = RgbImage.of(2, 1, new byte[] {0, 0, (byte) 200, 0, 0, (byte) 100});

    @Test
    void picturesStandInRowsEachPixelASquare() {
        RgbImage sheet = new ContactSheet(2, 3).draw(List.of(new Cell(RED, ""), new Cell(BLUE, ""), new Cell(RED, "")));
        assertThat(sheet.width()).isEqualTo(8 + 2 * (6 + 8));
        assertThat(sheet.height()).isEqualTo(8 + 2 * (3 + 4 + 8));
        assertThat(sheet.pixel(8, 8)).isEqualTo(0xc80000);
        assertThat(sheet.pixel(10, 10)).isEqualTo(0xc80000);
        assertThat(sheet.pixel(11, 10)).isEqualTo(0xffffff);
        assertThat(sheet.pixel(22, 8)).isEqualTo(0x0000c8);
        assertThat(sheet.pixel(25, 8)).isEqualTo(0x000064);
        assertThat(sheet.pixel(8, 23)).isEqualTo(0xc80000);
        assertThat(sheet.pixel(22, 23)).isEqualTo(0xffffff);
    }

    @Test
    void aLabelIsWrittenBelowAndATitleAbove() {
        ContactSheet sheets = new ContactSheet(1, 30);
        RgbImage plain = sheets.draw(List.of(new Cell(RED, "")));
        RgbImage labelled = sheets.draw(List.of(new Cell(RED, "red dot")));
        assertThat(labelled.height()).isEqualTo(plain.height() + 2 * PixelFont.LINE);
        assertThat(ink(labelled)).isGreaterThan(20);
        assertThat(ink(plain)).isZero();
        RgbImage titled = sheets.drawSections(List.of(new Section("Seen", List.of(new Cell(RED, "")))));
        assertThat(titled.height()).isEqualTo(plain.height() + 2 * PixelFont.LINE + 8);
        assertThat(ink(titled)).isGreaterThan(100);
    }

    @Test
    void theFontDrawsItsArt() {
        List<String> dots = new ArrayList<>();
        PixelFont.draw("-i", (x, y) -> dots.add(x + "," + y));
        assertThat(dots)
                .containsExactlyInAnyOrder(
                        "0,3", "1,3", "2,3", "3,3", "4,3", "8,0", "7,2", "8,2", "8,3", "8,4", "8,5", "7,6", "8,6",
                        "9,6");
    }

    @Test
    void linesBreakAtSpacesAndElseAnywhere() {
        assertThat(PixelFont.wrap("a red apple", 36)).containsExactly("a red", "apple");
        assertThat(PixelFont.wrap("a red", 36)).containsExactly("a red");
        assertThat(PixelFont.wrap("abcdefgh", 18)).containsExactly("abc", "def", "gh");
        assertThat(PixelFont.wrap("", 18)).containsExactly("");
    }

    @Test
    void aSheetWithoutPicturesIsRefused() {
        assertThatThrownBy(() -> new ContactSheet(2, 2).draw(List.of())).hasMessageContaining("one picture or more");
        assertThatThrownBy(() -> new ContactSheet(0, 2)).hasMessageContaining("0 columns");
        for (ContactSheet huge : List.of(
                new ContactSheet(1, 30_000), new ContactSheet(1 << 30, 1), new ContactSheet(2, Integer.MAX_VALUE))) {
            assertThatThrownBy(() -> huge.draw(List.of(new Cell(RED, ""))))
                    .hasMessageContaining("has more pixels than a picture can");
        }
    }

    private static int ink(RgbImage image) {
        int count = 0;
        for (int y = 0; y < image.height(); y++) {
            for (int x = 0; x < image.width(); x++) {
                count += image.pixel(x, y) == 0x202020 ? 1 : 0;
            }
        }
        return count;
    }
}
