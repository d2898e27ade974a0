package dev.airfoil.kernels.opencl;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * Keeps the process's signal handlers as they are while a driver runs that may put its own in their place, as the
 * compiler in PoCL does, for good. The virtual machine lives by its own: a division by zero, a null reference, a wait for
 * the collector and a return into code that is no longer valid all arrive as signals. With PoCL's in force 7 / 0 is 7, and
 * two threads that fault at once end the process without a word.
 */
final class SignalHandlers {
    /** The signals of POSIX. Two of them allow no handler: for these the calls fail, and nothing is lost. */
    private static final int LAST = 31;
    /** Bytes that hold a {@code struct sigaction} of any system (152 with glibc); it is only copied. */
    private static final long ACTION = 256;

    private static final MemorySegment NONE = MemorySegment.NULL;

    private SignalHandlers() {}

    /** Runs {@code body}, after which every signal has the handler that it had before. */
    static <T> T kept(Supplier<T> body) {
        return sigaction().map(call -> kept(call, body)).orElseGet(body);
    }

    /** {@code sigaction(signal, to, from)}; Windows has none, and hands faults to threads, not to processes. */
    @SuppressWarnings("restricted")
    private static Optional<MethodHandle> sigaction() {
        Linker linker = Linker.nativeLinker();
        FunctionDescriptor type = FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, ADDRESS);
        return linker.defaultLookup().find("sigaction").map(address -> linker.downcallHandle(address, type));
    }

    private static <T> T kept(MethodHandle sigaction, Supplier<T> body) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment[] before = all(sigaction, arena);
            try {
                return body.get();
            } finally {
                MemorySegment[] after = all(sigaction, arena);
                for (int i = 0; i < LAST; i++) {
                    if (before[i].mismatch(after[i]) >= 0) {
                        call(sigaction, i + 1, before[i], NONE);
                    }
                }
            }
        }
    }

    private static MemorySegment[] all(MethodHandle sigaction, Arena arena) {
        return IntStream.rangeClosed(1, LAST)
                .mapToObj(signal -> {
                    MemorySegment action = arena.allocate(ACTION, Long.BYTES);
                    call(sigaction, signal, NONE, action);
                    return action;
                })
                .toArray(MemorySegment[]::new);
    }

    private static void call(MethodHandle sigaction, int signal, MemorySegment to, MemorySegment from) {
        try {
            int _ = (int) sigaction.invokeExact(signal, to, from);
        } catch (Throwable e) {
            throw new AssertionError("sigaction", e);
        }
    }
}
