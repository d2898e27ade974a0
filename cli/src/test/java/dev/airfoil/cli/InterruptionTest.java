package dev.airfoil.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class InterruptionTest {
    private final StringWriter err = new StringWriter();

    @Test
    void itSaysWhatIsWrittenAndLeavesNothingWithTheVirtualMachine() {
        Interruption done = new Interruption(new PrintWriter(err, true), "no picture was written");
        try (done) {
            done.say();
            assertThat(err.toString()).endsWith("airfoil: stopped; no picture was written" + System.lineSeparator());
            done.write(() -> err.append("file"), "1 of 2 pictures are written");
            done.say();
            assertThat(err.toString())
                    .endsWith("airfoil: stopped; 1 of 2 pictures are written" + System.lineSeparator());
        }
        assertThat(err.toString()).contains("file");
        assertThat(Runtime.getRuntime().removeShutdownHook(done.hook)).isFalse();
    }
}
