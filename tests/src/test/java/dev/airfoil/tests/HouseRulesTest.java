package dev.airfoil.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What the project asks of its own sources, beyond what the compiler and the formatter see. */
class HouseRulesTest {
    private static final int MOST_LINES = 500;

    @Test
    void noFileIsTooLongToRead() throws IOException {
        Set<String> tooLong = new TreeSet<>();
        for (String folder : folders()) {
            for (Path file : Sources.under(folder)) {
                long lines = Files.readAllLines(file).size();
                if (lines > MOST_LINES) {
                    tooLong.add(Sources.ROOT.relativize(file) + ": " + lines + " lines");
                }
            }
        }
        assertThat(tooLong).isEmpty();
    }

    @Test
    void everyPackageIntroducesItself() throws IOException {
        Set<Path> missing = new TreeSet<>();
        for (String module : ArchitectureTest.modulesWithSources()) {
            List<Path> files = Sources.under(module + "/src/main/java");
            for (Path file : files) {
                Path introduction = file.resolveSibling("package-info.java");
                if (!file.endsWith("module-info.java") && !files.contains(introduction)) {
                    missing.add(Sources.ROOT.relativize(introduction));
                }
            }
        }
        assertThat(missing).isEmpty();
    }

    private static List<String> folders() throws IOException {
        try (var entries = Files.list(Sources.ROOT)) {
            return entries.filter(Files::isDirectory)
                    .map(path -> path.getFileName().toString())
                    .filter(name -> !name.startsWith("."))
                    .toList();
        }
    }
}
