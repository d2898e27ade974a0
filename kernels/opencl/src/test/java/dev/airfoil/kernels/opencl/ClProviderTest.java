package dev.airfoil.kernels.opencl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jocl.cl_device_id;
import org.jocl.cl_platform_id;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClProviderTest {
    private static final List<ClDevice> ALL = Stream.of("NVIDIA H100", "NVIDIA L4", "pthread-EPYC")
            .map(name -> device("", name))
            .toList();

    private static ClDevice device(String vendor, String name) {
        return new ClDevice(
                new cl_platform_id(),
                new cl_device_id(),
                vendor,
                name,
                "",
                ClDevice.Kind.GPU,
                1,
                1 << 30,
                1 << 28,
                48 << 10);
    }

    @Test
    void onlyNvidiasOwnDriverIsGivenItsInstructions() {
        assertThat(device("NVIDIA Corporation", "Tesla T4").isNvidia()).isTrue();
        ClDevice driven = device("The pocl project", "NVIDIA H100");
        assertThat(driven.isNvidia()).isFalse();
        assertThat(driven.hasTensorCores()).isFalse();
        assertThat(driven.usableLocalMemory()).isEqualTo(48 << 10);
    }

    @Test
    void aDeviceIsChosenByNothingNumberOrPartOfItsName() {
        assertThat(ClProvider.choose(ALL, "").name()).isEqualTo("NVIDIA H100");
        assertThat(ClProvider.choose(ALL, "1").name()).isEqualTo("NVIDIA L4");
        assertThat(ClProvider.choose(ALL, "epyc").name()).isEqualTo("pthread-EPYC");
        assertThat(ClProvider.choose(ALL, "100").name()).isEqualTo("NVIDIA H100");
    }

    @Test
    void anUnknownDeviceIsAnErrorThatListsTheOthers() {
        assertThatThrownBy(() -> ClProvider.choose(ALL, "radeon"))
                .hasMessageContaining("opencl:radeon names no device")
                .hasMessageContaining("NVIDIA L4");
    }

    /** In a process of its own, which says what it finds. */
    @Test
    void poclWithoutItsCacheIsToldFromAMissingDriver(@TempDir Path folder) throws IOException {
        assumeThat(Devices.all()).as("the only driver is PoCL").allMatch(device -> device.contains("PoCL"));
        ProcessBuilder child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        ClProviderTest.class.getName())
                .redirectErrorStream(true);
        Path inTheWay = Files.createFile(folder.resolve("file"));
        child.environment().put("POCL_CACHE_DIR", inTheWay.resolve("cache").toString());
        assertThat(child.start().inputReader().readAllAsString())
                .contains("no OpenCL driver here offers a device", "if it is PoCL, set POCL_CACHE_DIR to a folder");
    }

    public static void main(String[] args) {
        System.out.println(new ClProvider().probe());
    }

    @Test
    void aCpuThroughOpenclIsNeverPreferredToTheCpuBackend() {
        boolean gpu = Devices.all().getFirst().contains("(gpu");
        assertThat(new ClProvider().priority()).isEqualTo(gpu ? 20 : 5);
    }
}
