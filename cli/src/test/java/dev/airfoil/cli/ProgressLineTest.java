package dev.airfoil.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class ProgressLineTest {
    private final StringWriter text = new StringWriter();

    @Test
    void oneLineThatIsWipedAtTheEnd() {
        try (ProgressLine line = new ProgressLine(new PrintWriter(text), true)) {
            line.update(0.5, "step 1 of 2");
            line.update(1, "step 2");
        }
        assertThat(text.toString())
                .contains("============------------  50%", "step 1 of 2", "======================== 100%")
                .endsWith("\r")
                .doesNotContain("\n");
    }

    @Test
    void aLongNoteIsCutBeforeTheTerminalWrapsIt() {
        try (ProgressLine line = new ProgressLine(new PrintWriter(text), true)) {
            line.update(1, "a very long prompt ".repeat(600));
        }
        assertThat(text.toString().split("\r")).extracting(String::length).contains(ProgressLine.WIDTH);
        assertThat(text.toString().split("\r")).allMatch(shown -> shown.length() <= ProgressLine.WIDTH);
    }

    @Test
    void nothingWhereNobodyLooks() {
        try (ProgressLine line = new ProgressLine(new PrintWriter(text), false)) {
            line.update(1, "done");
        }
        assertThat(text.toString()).isEmpty();
    }

    @Test
    void timesAreShort() {
        assertThat(ProgressLine.time(42.4)).isEqualTo("42 s");
        assertThat(ProgressLine.time(200)).isEqualTo("3:20 min");
        assertThat(ProgressLine.time(7500)).isEqualTo("2:05 h");
    }
}
