package dev.airfoil.tensor.host;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Memory from the system, all zeros. What is large lies in huge pages where Linux gives them to those who ask: 2 MiB are
 * then one page to fetch and one address to translate, instead of 512. Asking takes two calls of the C library; where
 * this module may make none ({@code --enable-native-access}), and on other systems, the memory is what an arena gives.
 */
public final class SystemMemory {
    private static final long HUGE_PAGE = 2L << 20;
    private static final long CACHE_LINE = 64;

    private SystemMemory() {}

    /**
     * So many bytes until {@code arena} is closed, on a cache line of their own.
     *
     * @throws OutOfMemoryError where the system has no more
     */
    public static MemorySegment allocate(Arena arena, long bytes) {
        return bytes >= HUGE_PAGE && Linux.IS_HERE
                ? Linux.inHugePages(arena, bytes)
                : arena.allocate(bytes, CACHE_LINE);
    }

    /** The calls of the C library, looked up when first wanted. */
    @SuppressWarnings("restricted")
    private static final class Linux {
        static final boolean IS_HERE = System.getProperty("os.name").equals("Linux")
                && SystemMemory.class.getModule().isNativeAccessEnabled();

        // From sys/mman.h, the same on all processors that Java 25 runs on with Linux.
        private static final int READ_WRITE = 1 | 2;
        private static final int PRIVATE_ANONYMOUS = 2 | 0x20;
        private static final int NO_FILE = -1;
        private static final long FAILED = -1;
        private static final int HUGE_PAGES = 14;

        private static final MethodHandle MMAP = call(
                "mmap",
                FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
        private static final MethodHandle MADVISE =
                call("madvise", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));
        private static final MethodHandle MUNMAP =
                call("munmap", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG));

        private static MethodHandle call(String name, FunctionDescriptor type) {
            Linker linker = Linker.nativeLinker();
            return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), type);
        }

        /** One huge page more than wanted is mapped, and never touched, so that the memory can begin where one does. */
        static MemorySegment inHugePages(Arena arena, long bytes) {
            long mapped = bytes + HUGE_PAGE;
            long from = map(mapped);
            if (from == FAILED) {
                throw new OutOfMemoryError("the system has no " + mapped + " bytes");
            }
            long start = (from + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
            advise(start, bytes);
            return MemorySegment.ofAddress(start).reinterpret(bytes, arena, _ -> unmap(from, mapped));
        }

        private static long map(long bytes) {
            try {
                return (long) MMAP.invokeExact(0L, bytes, READ_WRITE, PRIVATE_ANONYMOUS, NO_FILE, 0L);
            } catch (Throwable e) {
                throw new AssertionError("mmap", e);
            }
        }

        /** A system without huge pages refuses; the memory is as good as any then. */
        private static void advise(long from, long bytes) {
            try {
                int _ = (int) MADVISE.invokeExact(from, bytes, HUGE_PAGES);
            } catch (Throwable e) {
                throw new AssertionError("madvise", e);
            }
        }

        private static void unmap(long from, long bytes) {
            try {
                int _ = (int) MUNMAP.invokeExact(from, bytes);
            } catch (Throwable e) {
                throw new AssertionError("munmap", e);
            }
        }
    }
}
