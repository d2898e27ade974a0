package dev.airfoil.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.airfoil.pipeline.GenerationRequest;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputFilesTest {
    private static final GenerationRequest APPLE = GenerationRequest.of("A red apple, Noto style!");

    @TempDir
    Path folder;

    @Test
    void oneFileAPicture() {
        Path png = folder.resolve("x.PNG");
        assertThat(OutputFiles.of(Optional.of(png), APPLE)).containsExactly(png);
        assertThat(OutputFiles.of(
                        Optional.of(folder.resolve("x.png")), APPLE.withCount(2).withSeed(9)))
                .containsExactly(folder.resolve("x-9.png"), folder.resolve("x-10.png"));
    }

    @Test
    void thePromptNamesTheFile() {
        assertThat(OutputFiles.of(Optional.empty(), APPLE)).containsExactly(Path.of("a-red-apple-noto-style.png"));
        assertThat(OutputFiles.of(Optional.of(folder), APPLE))
                .containsExactly(folder.resolve("a-red-apple-noto-style.png"));
        assertThat(OutputFiles.name("?!")).isEqualTo("picture");
        assertThat(OutputFiles.name("苹果 apple")).isEqualTo("苹果-apple");
        assertThat(OutputFiles.name("a".repeat(200))).hasSize(50);
        assertThat(OutputFiles.name("a".repeat(49) + "\uD840\uDC00b")).isEqualTo("a".repeat(49) + "\uD840\uDC00");
    }

    @Test
    void whatCannotBeWrittenIsRefused() {
        assertThatThrownBy(() -> OutputFiles.require(folder.resolve("a.jpg"))).hasMessageContaining("end in .png");
        assertThatThrownBy(() -> OutputFiles.require(folder.resolve("later"))).hasMessageContaining("make that folder");
        assertThatThrownBy(() -> OutputFiles.require(folder.resolve("no/a.png")))
                .hasMessageContaining("no folder");
    }
}
