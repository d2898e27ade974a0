package dev.airfoil.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.airfoil.tensor.BackendProvider.Options;
import dev.airfoil.tensor.Backends;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Who names the CPU gets no driver of a GPU into the process, with whatever that does there. */
class NamedBackendTest {
    @Test
    @EnabledOnOs(OS.LINUX)
    void loadsNoOthersDriver() throws IOException {
        Process child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--add-modules=jdk.incubator.vector",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        NamedBackendTest.class.getName())
                .redirectErrorStream(true)
                .start();
        assertThat(child.inputReader().readAllAsString())
                .contains("libjvm.so")
                .doesNotContainIgnoringCase("opencl")
                .doesNotContain("Exception");
    }

    /** Prints what is in the memory of a process of its own: the files, with those of the class path left out. */
    public static void main(String[] args) throws IOException {
        Backends.open("cpu", Options.DEFAULT).close();
        try (var maps = Files.lines(Path.of("/proc/self/maps"))) {
            maps.filter(line -> !line.endsWith(".jar")).forEach(System.out::println);
        }
    }
}
