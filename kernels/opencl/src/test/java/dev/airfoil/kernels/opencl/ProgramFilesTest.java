package dev.airfoil.kernels.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProgramFilesTest {
    private static final byte[] PROGRAM = new byte[92]; // a file of 100 bytes

    @TempDir
    private Path folder;

    private ProgramFiles start() {
        return new ProgramFiles(folder, 300);
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(f -> f.getFileName().toString()).sorted().toList();
        }
    }

    private void used(String name, int minutesAgo) throws IOException {
        FileTime then = FileTime.from(Instant.now().minusSeconds(60L * minutesAgo));
        Files.setLastModifiedTime(folder.resolve(name), then);
    }

    @Test
    void aProgramIsThereAtTheNextStart() {
        start().write("a", new byte[] {1, 2, 3});
        assertThat(start().read("a")).hasValue(new byte[] {1, 2, 3});
        assertThat(start().read("b")).isEmpty();
    }

    @Test
    void halfAFileOrADamagedOneIsNoProgramAndIsReplaced() throws IOException {
        start().write("a", PROGRAM);
        Path file = folder.resolve("a");
        byte[] whole = Files.readAllBytes(file);
        byte[] damaged = whole.clone();
        damaged[5]++;
        for (byte[] bad : List.of(new byte[0], Arrays.copyOf(whole, 50), damaged)) {
            Files.write(file, bad);
            assertThat(start().read("a")).isEmpty();
        }
        start().write("a", PROGRAM);
        assertThat(start().read("a")).hasValue(PROGRAM);
        assertThat(names()).containsExactly("a");
    }

    @Test
    void anotherProgramInItsPlaceIsNotTaken() throws IOException {
        start().write("a", PROGRAM);
        Files.copy(folder.resolve("a"), folder.resolve("b"));
        assertThat(start().read("b")).isEmpty();
    }

    @Test
    void aFolderInItsPlaceOnlyCostsTime() throws IOException {
        Files.createDirectories(folder.resolve("a/full"));
        ProgramFiles files = start();
        files.write("a", PROGRAM);
        assertThat(files.read("a")).isEmpty();
        assertThat(names()).containsExactly("a");
    }

    @Test
    void beforeTheFirstNewOneThoseGoThatWereNotUsedForLongest() throws IOException {
        ProgramFiles files = start();
        for (String name : List.of("a", "b", "c", "d")) {
            files.write(name, PROGRAM);
        }
        used("a", 10);
        used("b", 40);
        used("c", 30);
        used("d", 20);
        assertThat(start().read("b")).isPresent(); // used just now
        ProgramFiles next = start();
        next.write("e", PROGRAM);
        next.write("f", PROGRAM);
        assertThat(names()).containsExactly("a", "b", "d", "e", "f");
    }

    @Test
    void aFolderThatCannotBeIsNoError() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "in the way");
        ProgramFiles files = new ProgramFiles(file.resolve("opencl"), 300);
        files.write("a", PROGRAM);
        assertThat(files.read("a")).isEmpty();
    }
}
