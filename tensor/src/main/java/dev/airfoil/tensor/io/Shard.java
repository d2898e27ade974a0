package dev.airfoil.tensor.io;

import dev.airfoil.tensor.TensorException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** One mapped file and its header. */
record Shard(Path path, Header header, MemorySegment bytes) {
    /** Maps {@code path}, read-only, for as long as {@code arena} lives. */
    static Shard open(Path path, Arena arena) {
        if (Files.exists(path) && !Files.isRegularFile(path)) {
            // Opening a pipe waits for a writer, perhaps for ever.
            throw new TensorException("cannot read " + path + ": it is no regular file; copy it into one");
        }
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            return of(path, channel, arena);
        } catch (IOException e) {
            throw new TensorException("cannot read " + path + ": " + Reason.of(e) + "; check the path", e);
        }
    }

    /** As {@link #open}, of a file that is open and may have lost its name. */
    static Shard of(Path path, FileChannel channel, Arena arena) throws IOException {
        Header header = Header.read(path, channel);
        return new Shard(path, header, channel.map(MapMode.READ_ONLY, 0, channel.size(), arena));
    }
}
