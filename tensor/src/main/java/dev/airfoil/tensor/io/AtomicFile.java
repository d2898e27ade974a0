package dev.airfoil.tensor.io;

import dev.airfoil.tensor.TensorException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A file that appears whole or not at all: written beside its place as {@code NAME.tmp-PID}, forced to the disk, then
 * moved over the old one. Two threads must not write the same target at once. What a killed process left beside goes with
 * the next write.
 */
public final class AtomicFile {
    private static final System.Logger LOG = System.getLogger(AtomicFile.class.getName());

    /** What the file shall hold. */
    interface Content {
        void writeTo(WritableByteChannel out) throws IOException;
    }

    private AtomicFile() {}

    /**
     * Writes {@code bytes}.
     *
     * @throws TensorException if the file cannot be written; what stood there before is untouched
     */
    public static void write(Path target, byte[] bytes) {
        write(target, bytes.length, UnaryOperator.identity(), out -> {
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            while (buffer.hasRemaining()) {
                out.write(buffer);
            }
        });
    }

    /**
     * Writes {@code content}, which takes {@code bytes}; {@code disk} may wrap the channel (a test makes it fail).
     *
     * @throws TensorException if the file cannot be written; what stood there before is untouched, as it is after any
     *     exception of {@code content}
     */
    static void write(Path target, long bytes, UnaryOperator<WritableByteChannel> disk, Content content) {
        String name = target.getFileName() + ".tmp-";
        Path beside = target.resolveSibling(name + ProcessHandle.current().pid());
        try {
            sweep(target.toAbsolutePath().getParent(), name);
            try (FileChannel file = FileChannel.open(
                    beside,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.WRITE,
                    LinkOption.NOFOLLOW_LINKS)) {
                content.writeTo(disk.apply(file));
                file.force(true);
            }
            Files.move(beside, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            discard(beside, e);
            throw new TensorException(sentence(target, bytes, e), e);
        } catch (RuntimeException | Error e) {
            discard(beside, e);
            throw e;
        }
    }

    /**
     * Deletes the files in {@code folder} that are called {@code name} and the number of a process that is no more; not
     * those of the last hour, whose process may live in another container. Where that is not allowed they stay: no write
     * fails for it.
     */
    private static void sweep(Path folder, String name) {
        Pattern left = Pattern.compile(Pattern.quote(name) + "(\\d{1,18})");
        FileTime old = FileTime.from(Instant.now().minus(1, ChronoUnit.HOURS));
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Matcher pid = left.matcher(file.getFileName().toString());
                if (pid.matches()
                        && ProcessHandle.of(Long.parseLong(pid.group(1))).isEmpty()
                        && Files.getLastModifiedTime(file).compareTo(old) < 0) {
                    Files.deleteIfExists(file);
                }
            }
        } catch (IOException | UncheckedIOException e) {
            LOG.log(Level.DEBUG, "what killed processes left in {0} stays: {1}", folder, e);
        }
    }

    private static void discard(Path beside, Throwable cause) {
        try {
            Files.deleteIfExists(beside);
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
    }

    /** Asked after the temporary file is gone, so that what it took counts as free. */
    private static String sentence(Path target, long bytes, IOException e) {
        Path folder = target.toAbsolutePath().getParent();
        if (!Files.isDirectory(folder)) {
            return "cannot write " + target + ": there is no folder " + folder + "; create it or choose another";
        }
        String what = "cannot write " + target + ": " + Reason.of(e) + "; what stood there before is untouched";
        if (e instanceof ClosedByInterruptException) {
            return what + ", save again";
        }
        try {
            long free = Files.getFileStore(folder).getUsableSpace();
            return what + ", " + bytes + " bytes were wanted and " + free + " are free on that disk: "
                    + (free < bytes ? "free some space or choose another folder" : "see to the cause and save again");
        } catch (IOException unknown) {
            e.addSuppressed(unknown);
            return what + ", " + bytes + " bytes were wanted: see to the cause and save again";
        }
    }
}
