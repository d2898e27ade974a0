package dev.airfoil.tensor.io;

import dev.airfoil.tensor.TensorException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** Opens checkpoints: one {@code .safetensors} file, several behind an index, or a folder that holds either. */
public final class Safetensors {
    private static final String FILE = ".safetensors";
    private static final String INDEX = ".safetensors.index.json";

    /** What is taken where a folder holds several. */
    private static final Set<String> MODEL = Set.of("model" + FILE, "model" + INDEX);

    private Safetensors() {}

    /**
     * Maps a checkpoint into memory, any size of it; nothing is read before it is used. {@code path} is a {@code
     * .safetensors} file, the {@code .safetensors.index.json} of a sharded one, or a folder with one of them (an index
     * comes before a file; of several, the one called {@code model}).
     *
     * @throws TensorException if there is no such file, or what it says of itself is wrong in any way
     */
    public static SafetensorsFile open(Path path) {
        Path file = Files.isDirectory(path) ? inFolder(path) : path;
        @SuppressWarnings("MustBeClosedChecker") // the checkpoint that is returned closes it
        Arena arena = Arena.ofShared();
        try {
            return file.toString().endsWith(INDEX) ? openShards(file, arena) : one(Shard.open(file, arena), arena);
        } catch (RuntimeException | Error e) {
            arena.close();
            throw e;
        }
    }

    /**
     * Maps a file that is open, and may have lost its name since; the channel may be closed afterwards.
     *
     * @param name what messages call it
     * @throws IOException if it cannot be read
     * @throws TensorException if what it says of itself is wrong in any way
     */
    public static SafetensorsFile open(Path name, FileChannel channel) throws IOException {
        @SuppressWarnings("MustBeClosedChecker") // the checkpoint that is returned closes it
        Arena arena = Arena.ofShared();
        try {
            return one(Shard.of(name, channel, arena), arena);
        } catch (IOException | RuntimeException | Error e) {
            arena.close();
            throw e;
        }
    }

    private static SafetensorsFile one(Shard shard, Arena arena) {
        Map<String, Shard> holders = new LinkedHashMap<>();
        shard.header().tensors().keySet().forEach(name -> holders.put(name, shard));
        return new SafetensorsFile(shard.path(), arena, shard.header().metadata(), holders);
    }

    /** The index's metadata comes before that of its shards. */
    private static SafetensorsFile openShards(Path path, Arena arena) {
        ShardIndex index = ShardIndex.read(path);
        Map<String, String> metadata = new LinkedHashMap<>(index.metadata());
        Map<Path, Shard> shards = new LinkedHashMap<>();
        Map<String, Shard> holders = new LinkedHashMap<>();
        index.files().forEach((name, file) -> {
            Shard shard = shards.computeIfAbsent(file, f -> Shard.open(f, arena));
            if (!shard.header().tensors().containsKey(name)) {
                throw new TensorException(path + " places tensor '" + name + "' in " + file.getFileName()
                        + ", which does not hold it; fetch both files again");
            }
            holders.put(name, shard);
        });
        shards.values().forEach(shard -> shard.header().metadata().forEach(metadata::putIfAbsent));
        return new SafetensorsFile(path, arena, metadata, holders);
    }

    private static Path inFolder(Path folder) {
        List<Path> indexes = named(folder, INDEX);
        List<Path> candidates = indexes.isEmpty() ? named(folder, FILE) : indexes;
        return candidates.stream()
                .filter(p ->
                        candidates.size() == 1 || MODEL.contains(p.getFileName().toString()))
                .findFirst()
                .orElseThrow(() -> new TensorException(
                        candidates.isEmpty()
                                ? "folder " + folder + " holds no " + FILE + " file; check the path"
                                : "folder " + folder + " holds " + candidates.size()
                                        + " checkpoints and none is called model" + FILE + "; name the one you want"));
    }

    private static List<Path> named(Path folder, String suffix) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(p -> p.getFileName().toString().endsWith(suffix))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new TensorException("cannot list folder " + folder + ": " + Reason.of(e) + "; check the path", e);
        }
    }
}
