package dev.airfoil.kernels.opencl;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.airfoil.tensor.BackendProvider.Options;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class SignalHandlersTest {
    private static final int SIGWINCH = 28;
    private static final MemorySegment IGNORE = MemorySegment.ofAddress(1);

    /** The processor's fault becomes this exception in a signal handler, of which PoCL has its own. */
    @Test
    void divisionByZeroStillThrowsBesideADriver() {
        try (ClBackend cl = Devices.open(Options.DEFAULT)) {
            assertThatThrownBy(() -> quotient(7, 0)).isInstanceOf(ArithmeticException.class);
            cl.synchronize();
        }
        assertThatThrownBy(() -> quotient(7, 0)).isInstanceOf(ArithmeticException.class);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void whatADriverDoesToASignalIsUndone() {
        assertThat(isIgnored(SIGWINCH)).isFalse();
        boolean meanwhile = SignalHandlers.kept(() -> {
            ignore(SIGWINCH);
            return isIgnored(SIGWINCH);
        });
        assertThat(meanwhile).isTrue();
        assertThat(isIgnored(SIGWINCH)).isFalse();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void alsoWhereTheDriverFails() {
        IllegalStateException failure = new IllegalStateException("a driver's");
        assertThatThrownBy(() -> SignalHandlers.kept(() -> {
                    ignore(SIGWINCH);
                    throw failure;
                }))
                .isSameAs(failure);
        assertThat(isIgnored(SIGWINCH)).isFalse();
    }

    private static int quotient(int a, int b) {
        return a / b;
    }

    @SuppressWarnings("restricted")
    private static void ignore(int signal) {
        Linker linker = Linker.nativeLinker();
        MethodHandle call = linker.downcallHandle(
                linker.defaultLookup().findOrThrow("signal"), FunctionDescriptor.of(ADDRESS, JAVA_INT, ADDRESS));
        try {
            MemorySegment _ = (MemorySegment) call.invokeExact(signal, IGNORE);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    private static boolean isIgnored(int signal) {
        try (var lines = Files.lines(Path.of("/proc/self/status"))) {
            String mask =
                    lines.filter(line -> line.startsWith("SigIgn:")).findFirst().orElseThrow();
            return (Long.parseUnsignedLong(mask.substring(7).strip(), 16) >> signal - 1 & 1) == 1;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
