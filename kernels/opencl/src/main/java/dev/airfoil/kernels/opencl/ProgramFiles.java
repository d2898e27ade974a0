package dev.airfoil.kernels.opencl;

import dev.airfoil.tensor.TensorException;
import dev.airfoil.tensor.io.AtomicFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * Built programs in a folder, by name. A file ends with the checksum of its name and program, because a driver may
 * fall over half of one, and take another program for this. The folder is bounded: before the first new program of a
 * process, those that were not used for longest go.
 * What cannot be read or written only costs time.
 */
final class ProgramFiles {
    private static final System.Logger LOG = System.getLogger(ProgramFiles.class.getName());

    private final Path folder;
    private final long limit;
    private boolean bounded;

    private record Kept(Path file, FileTime used, long bytes) {}

    /** Programs in {@code folder}, which need not be there yet, of {@code limit} bytes together. */
    ProgramFiles(Path folder, long limit) {
        this.folder = folder;
        this.limit = limit;
    }

    /** The program of this name, if it is there and whole. */
    Optional<byte[]> read(String name) {
        Path file = folder.resolve(name);
        try {
            ByteBuffer all = ByteBuffer.wrap(Files.readAllBytes(file));
            byte[] program = new byte[Math.max(all.remaining() - Long.BYTES, 0)];
            if (all.remaining() < Long.BYTES || all.get(program).getLong() != checksum(name, program)) {
                return Optional.empty();
            }
            touch(file);
            return Optional.of(program);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "cached program {0} cannot be read: {1}", file, e);
            return Optional.empty();
        }
    }

    /** Keeps a program. */
    void write(String name, byte[] program) {
        try {
            Files.createDirectories(folder);
            if (!bounded) {
                bounded = true;
                bound();
            }
            ByteBuffer all = ByteBuffer.allocate(program.length + Long.BYTES);
            AtomicFile.write(
                    folder.resolve(name),
                    all.put(program).putLong(checksum(name, program)).array());
        } catch (IOException | UncheckedIOException | TensorException e) {
            LOG.log(Level.DEBUG, "program {0} could not be kept in {1}: {2}", name, folder, e);
        }
    }

    private static long checksum(String name, byte[] program) {
        CRC32C sum = new CRC32C();
        sum.update(name.getBytes(StandardCharsets.UTF_8));
        sum.update(program);
        return sum.getValue();
    }

    /** A cache that others own can be read all the same. */
    private static void touch(Path file) {
        try {
            Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "cannot note that {0} was used: {1}", file, e);
        }
    }

    private void bound() throws IOException {
        List<Kept> lastUsedFirst;
        try (Stream<Path> files = Files.list(folder)) {
            lastUsedFirst = files.flatMap(ProgramFiles::kept)
                    .sorted(Comparator.comparing(Kept::used).reversed())
                    .toList();
        }
        long bytes = 0;
        for (Kept kept : lastUsedFirst) {
            bytes += kept.bytes;
            if (bytes > limit) {
                Files.deleteIfExists(kept.file);
            }
        }
    }

    /** Nothing if another process has just deleted it. */
    private static Stream<Kept> kept(Path file) {
        try {
            BasicFileAttributes a = Files.readAttributes(file, BasicFileAttributes.class);
            return a.isRegularFile() ? Stream.of(new Kept(file, a.lastModifiedTime(), a.size())) : Stream.empty();
        } catch (IOException e) {
            return Stream.empty();
        }
    }
}
