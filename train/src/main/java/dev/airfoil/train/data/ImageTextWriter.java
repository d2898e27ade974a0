package dev.airfoil.train.data;

import dev.airfoil.tensor.TensorException;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Writer;
import java.lang.System.Logger.Level;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes an image set beside its place and moves it there when it is whole: a reader never meets half a set, and an
 * older set at that place lives until the new one is complete. What lies beside has a hidden name, which is no user's.
 */
final class ImageTextWriter implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(ImageTextWriter.class.getName());

    private final Path target;
    private final Path beside;
    private final Path lock;
    private final FileChannel locked;
    private final int size;
    private final OutputStream pixels;
    private final Writer pairs;
    private final List<String> skipped = new ArrayList<>();
    private final Set<String> concepts = new HashSet<>();
    private final TreeMap<String, Integer> licences = new TreeMap<>();
    private int count;
    private int heldOut;

    /** Everything that a set's folder holds: the set and, made from it, its text features. */
    private static final Pattern OURS = Pattern.compile("text-.*|"
            + Stream.of(ImageTextSet.INFO, ImageTextSet.PAIRS, ImageTextSet.PIXELS)
                    .map(Pattern::quote)
                    .collect(Collectors.joining("|")));

    /** @param target the folder to make: absent, empty, or an older set and nothing else, which is replaced */
    ImageTextWriter(Path target, int size) throws IOException {
        if (size < 1 || size > 4096) {
            throw new TensorException("pictures must be 1 to 4096 pixels wide, but " + size + " was asked for");
        }
        this.target = target.toAbsolutePath().normalize();
        this.size = size;
        checkReplaceable(this.target);
        this.beside = this.target.resolveSibling("." + this.target.getFileName() + ".partial");
        this.lock = this.target.resolveSibling("." + this.target.getFileName() + ".lock");
        Files.createDirectories(lock.getParent());
        this.locked = lock();
        try {
            delete(beside);
            Files.createDirectories(beside);
            sweep(beside.getParent());
            this.pixels = new BufferedOutputStream(Files.newOutputStream(beside.resolve(ImageTextSet.PIXELS)), 1 << 20);
            this.pairs = Files.newBufferedWriter(beside.resolve(ImageTextSet.PAIRS));
        } catch (IOException e) {
            unlock();
            throw e;
        }
    }

    /** Two builds of one set would write over each other; the lock of a killed one is gone with it. */
    private FileChannel lock() throws IOException {
        FileChannel channel = FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            if (channel.tryLock() != null) {
                return channel;
            }
        } catch (OverlappingFileLockException e) {
            LOG.log(Level.DEBUG, "another thread builds {0}", target);
        }
        channel.close();
        throw new TensorException(target + " is being made by another build; wait for its end, or name another folder");
    }

    private void unlock() throws IOException {
        try (locked) {
            Files.deleteIfExists(lock);
        }
    }

    private static void checkReplaceable(Path target) throws IOException {
        if (!Files.exists(target)) {
            return;
        }
        List<String> inside = List.of();
        if (Files.isDirectory(target)) {
            try (Stream<Path> files = Files.list(target)) {
                inside = files.map(f -> f.getFileName().toString()).toList();
            }
            if (inside.isEmpty()) {
                return;
            }
        }
        if (!inside.contains(ImageTextSet.INFO)) {
            throw new TensorException(target + " exists and is not an image set; name a new or empty folder");
        }
        inside.stream()
                .filter(name -> !OURS.matcher(name).matches())
                .findFirst()
                .ifPresent(name -> {
                    throw new TensorException(target + " would be replaced, but besides the image set it holds " + name
                            + "; move that away, or name another folder");
                });
    }

    void add(Pair pair, byte[] rgb) throws IOException {
        if (rgb.length != size * size * 3) {
            throw new IllegalArgumentException(pair.id() + " has " + rgb.length + " bytes of pixels");
        }
        pixels.write(rgb);
        pairs.write(ImageTextSet.JSON.writeValueAsString(pair) + "\n");
        concepts.add(pair.concept());
        licences.merge(pair.licence().spdx(), 1, Integer::sum);
        heldOut += pair.split() == Split.HELD_OUT ? 1 : 0;
        count++;
    }

    void skip(String name, String reason) {
        skipped.add(name + ": " + reason);
    }

    /** Completes the files and moves the set into place. */
    BuildReport finish(String source) throws IOException {
        pixels.close();
        pairs.close();
        if (count == 0) {
            String first = skipped.isEmpty() ? "" : " (the first: " + skipped.getFirst() + ")";
            throw new TensorException("no picture of " + source + " could be used" + first);
        }
        Files.writeString(beside.resolve(ImageTextSet.INFO), info(source));
        Path old = target.resolveSibling("." + target.getFileName() + ".old");
        delete(old);
        if (Files.exists(target)) {
            Files.move(target, old);
        }
        Files.move(beside, target);
        delete(old);
        return new BuildReport(target, count, concepts.size(), heldOut, skipped);
    }

    private String info(String source) {
        ObjectNode info = JsonMapper.shared().createObjectNode();
        info.put("format", ImageTextSet.FORMAT);
        info.put("version", ImageTextSet.VERSION);
        info.put("source", source);
        info.put("count", count);
        info.put("size", size);
        info.put("concepts", concepts.size());
        info.put("heldOut", heldOut);
        ObjectNode byLicence = info.putObject("licences");
        licences.forEach(byLicence::put);
        ArrayNode list = info.putArray("skipped");
        skipped.forEach(list::add);
        return info.toPrettyString() + "\n";
    }

    /** Gives the files back; where {@link #finish} has not moved them, they are deleted. */
    @Override
    public void close() throws IOException {
        // Closing writes what is still buffered, which fails on a full disk: then above all the files must go.
        try (pixels) {
            pairs.close();
        } finally {
            try {
                delete(beside);
            } finally {
                unlock();
            }
        }
    }

    /**
     * Deletes what killed builds of other sets left in {@code folder}: hidden folders with a set's pixels that nothing was
     * added to for a day. Where that is not allowed they stay: no build fails for it.
     */
    private static void sweep(Path folder) {
        FileTime old = FileTime.from(Instant.now().minus(1, ChronoUnit.DAYS));
        try (DirectoryStream<Path> left = Files.newDirectoryStream(folder, ".*.partial")) {
            for (Path partial : left) {
                Path pixels = partial.resolve(ImageTextSet.PIXELS);
                if (Files.exists(pixels) && Files.getLastModifiedTime(pixels).compareTo(old) < 0) {
                    delete(partial);
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            LOG.log(Level.DEBUG, "what killed builds left in {0} stays: {1}", folder, e);
        }
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        List<Path> inside;
        try (Stream<Path> walk = Files.walk(folder)) {
            inside = walk.toList();
        }
        for (Path path : inside.reversed()) {
            Files.delete(path);
        }
    }
}
