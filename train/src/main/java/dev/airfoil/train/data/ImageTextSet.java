package dev.airfoil.train.data;

import dev.airfoil.tensor.TensorException;
import dev.airfoil.tensor.io.Reason;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Square RGB pictures with captions, read from a folder that {@link EmojiBuilder} or {@link FolderSource} wrote:
 *
 * <ul>
 *   <li>{@code info.json}: format, version, number of pictures, size, and how the set was made;
 *   <li>{@code pairs.jsonl}: one {@link Pair} a line;
 *   <li>{@code pixels.u8}: raw bytes {@code [n h w 3]}, row {@code i} for line {@code i}; mapped, never read whole.
 * </ul>
 *
 * <p>Immutable; any number of threads may read.
 */
public final class ImageTextSet {
    static final String INFO = "info.json";
    static final String PAIRS = "pairs.jsonl";
    static final String PIXELS = "pixels.u8";
    static final String FORMAT = "airfoil-image-text";
    static final int VERSION = 1;

    /** For pairs; one that lacks a field is damaged. */
    static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .build();

    private static final String AGAIN = "; build the set again";

    private final int imageSize;
    private final List<Pair> pairs;
    private final MemorySegment pixels;

    private ImageTextSet(int imageSize, List<Pair> pairs, MemorySegment pixels) {
        this.imageSize = imageSize;
        this.pairs = List.copyOf(pairs);
        this.pixels = pixels;
    }

    /**
     * Opens a set.
     *
     * @throws TensorException where the folder is no set, is of another version, or its files disagree
     */
    public static ImageTextSet open(Path folder) {
        if (!Files.exists(folder.resolve(INFO))) {
            throw new TensorException(
                    folder + " holds no image set (there is no " + INFO + "); make one with `airfoil data`");
        }
        try {
            JsonNode info = JsonMapper.shared().readTree(Files.readString(folder.resolve(INFO)));
            if (!info.path("format").asString("").equals(FORMAT)
                    || info.path("version").asInt(0) != VERSION) {
                throw new TensorException(folder + " is of the format " + info.path("format") + " version "
                        + info.path("version") + ", but this program reads " + FORMAT + " version " + VERSION + AGAIN);
            }
            int size = info.path("size").asInt(0);
            int count = info.path("count").asInt(0);
            List<Pair> pairs = readPairs(folder.resolve(PAIRS));
            Path raw = folder.resolve(PIXELS);
            long bytes = (long) count * size * size * 3;
            if (count < 1 || size < 1 || pairs.size() != count || Files.size(raw) != bytes) {
                throw new TensorException(
                        folder + " is damaged: " + INFO + " tells of " + count + " pictures of " + size
                                + " pixels, but there are " + pairs.size() + " captions and " + Files.size(raw)
                                + " bytes of pixels instead of " + bytes + AGAIN);
            }
            try (FileChannel channel = FileChannel.open(raw, StandardOpenOption.READ)) {
                // The mapping lives as long as this set is reachable; there is nothing to close.
                MemorySegment pixels = channel.map(FileChannel.MapMode.READ_ONLY, 0, bytes, Arena.ofAuto());
                return new ImageTextSet(size, pairs, pixels);
            }
        } catch (IOException e) {
            throw new TensorException(
                    "cannot read the image set " + folder + " (" + Reason.andPlace(e) + ")" + AGAIN, e);
        } catch (JacksonException e) {
            throw new TensorException("cannot read the image set " + folder + ": " + e.getOriginalMessage() + AGAIN, e);
        }
    }

    private static List<Pair> readPairs(Path file) throws IOException {
        List<Pair> pairs = new ArrayList<>();
        try (BufferedReader lines = Files.newBufferedReader(file)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                try {
                    pairs.add(JSON.readValue(line, Pair.class));
                } catch (JacksonException e) {
                    throw new TensorException(
                            file + " has a damaged line " + (pairs.size() + 1) + " (" + e.getOriginalMessage() + ")"
                                    + AGAIN,
                            e);
                }
            }
        }
        return pairs;
    }

    /** How many pictures there are. */
    public int size() {
        return pairs.size();
    }

    /** Height and width of every picture, in pixels. */
    public int imageSize() {
        return imageSize;
    }

    /** The words of picture {@code i}. */
    public Pair pair(int i) {
        return pairs.get(i);
    }

    /** The pixels of picture {@code i}: RGB, 0 to 255, {@code [h w 3]}; a copy. */
    public byte[] image(int i) {
        byte[] rgb = new byte[imageSize * imageSize * 3];
        image(i, rgb, 0);
        return rgb;
    }

    /** Copies the pixels of picture {@code i} into {@code target} from {@code offset} on: a batch without garbage. */
    public void image(int i, byte[] target, int offset) {
        pair(i);
        int length = imageSize * imageSize * 3;
        MemorySegment.copy(pixels, ValueLayout.JAVA_BYTE, (long) i * length, target, offset, length);
    }

    /** The rows on one side of the split, in order. */
    public int[] rows(Split split) {
        return IntStream.range(0, size())
                .filter(i -> pairs.get(i).split() == split)
                .toArray();
    }
}
