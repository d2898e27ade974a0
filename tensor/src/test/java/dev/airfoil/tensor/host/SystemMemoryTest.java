package dev.airfoil.tensor.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SystemMemoryTest {
    private static final long HUGE_PAGE = 2L << 20;

    @ParameterizedTest
    @ValueSource(longs = {1, 64, HUGE_PAGE - 64, HUGE_PAGE, HUGE_PAGE + 64, 3 * HUGE_PAGE + 4097})
    void isZeroCanBeWrittenToItsEndAndIsGoneWithItsArena(long bytes) {
        MemorySegment memory;
        try (Arena arena = Arena.ofShared()) {
            memory = SystemMemory.allocate(arena, bytes);
            assertThat(memory.byteSize()).isEqualTo(bytes);
            assertThat(memory.address() % 64).isZero();
            assertThat(memory.mismatch(MemorySegment.ofArray(new byte[(int) bytes])))
                    .isEqualTo(-1);
            memory.fill((byte) 7);
            assertThat(memory.get(ValueLayout.JAVA_BYTE, bytes - 1)).isEqualTo((byte) 7);
        }
        assertThatThrownBy(() -> memory.get(ValueLayout.JAVA_BYTE, 0)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void largeMemoryIsOfferedHugePagesAndGivenBack() throws IOException {
        Path maps = Path.of("/proc/self/smaps");
        assumeTrue(Files.isReadable(maps), "no /proc/self/smaps here");
        assumeTrue(Files.exists(Path.of("/sys/kernel/mm/transparent_hugepage/enabled")), "no huge pages here");
        long start;
        try (Arena arena = Arena.ofShared()) {
            start = SystemMemory.allocate(arena, 5 * HUGE_PAGE).address();
            assertThat(flags(maps, start)).contains("hg");
        }
        assertThat(flags(maps, start)).doesNotContain("hg");
    }

    @Test
    void moreThanTheSystemHasIsAnError() {
        try (Arena arena = Arena.ofShared()) {
            assertThatThrownBy(() -> SystemMemory.allocate(arena, 1L << 50)).isInstanceOf(OutOfMemoryError.class);
        }
    }

    /** The flags of the mapping that begins at {@code start}, or nothing. */
    private static String flags(Path maps, long start) throws IOException {
        List<String> lines = Files.readAllLines(maps);
        boolean found = false;
        for (String line : lines) {
            if (line.startsWith(Long.toHexString(start) + "-")) {
                found = true;
            } else if (found && line.startsWith("VmFlags:")) {
                return line;
            }
        }
        return "";
    }
}
