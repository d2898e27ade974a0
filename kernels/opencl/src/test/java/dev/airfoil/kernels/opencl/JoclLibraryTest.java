package dev.airfoil.kernels.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JoclLibraryTest {
    private static final String FILE = "libJOCL_2_0_5-linux-x86_64.so";

    @TempDir
    private Path folder;

    @Test
    void halfALibraryIsReplacedAndAWholeOneIsLeftAlone() throws IOException {
        Path library = folder.resolve(FILE);
        JoclLibrary.unpack(FILE, folder);
        byte[] whole = Files.readAllBytes(library);
        assertThat(whole).startsWith(0x7f, 'E', 'L', 'F');

        Files.write(library, Arrays.copyOf(whole, whole.length / 2));
        JoclLibrary.unpack(FILE, folder);
        assertThat(library).hasBinaryContent(whole);

        FileTime longAgo = FileTime.fromMillis(0);
        Files.setLastModifiedTime(library, longAgo);
        JoclLibrary.unpack(FILE, folder);
        assertThat(Files.getLastModifiedTime(library)).isEqualTo(longAgo);
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(library);
        }
    }

    @Test
    void whereJoclHasNoLibraryNothingIsUnpacked() throws IOException {
        JoclLibrary.unpack("libJOCL_2_0_5-plan9-vax.so", folder);
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).isEmpty();
        }
    }

    /** As a program that may not write its folder for temporary files can have it. */
    @Test
    void whatJoclFindsByItselfIsKnown() throws IOException {
        String path = folder.resolve("none") + File.pathSeparator + folder;
        assertThat(JoclLibrary.isOnPath(FILE, path)).isFalse();
        Files.createFile(folder.resolve(FILE));
        assertThat(JoclLibrary.isOnPath(FILE, path)).isTrue();
        assertThat(JoclLibrary.isOnPath(FILE, "")).isFalse();
    }
}
