package dev.airfoil.train;

import dev.airfoil.pipeline.TextEncoderChoice;
import dev.airfoil.tensor.DType;
import dev.airfoil.tensor.Scope;
import dev.airfoil.tensor.Shape;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.TensorException;
import dev.airfoil.tensor.TensorSpec;
import dev.airfoil.tensor.io.Reason;
import dev.airfoil.tensor.io.Safetensors;
import dev.airfoil.tensor.io.SafetensorsFile;
import dev.airfoil.tensor.io.SafetensorsWriter;
import dev.airfoil.tensor.io.UserCache;
import dev.airfoil.text.TextEncoder;
import dev.airfoil.text.TextFeatures;
import dev.airfoil.train.data.ImageTextSet;
import dev.airfoil.train.data.Progress;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import java.util.stream.Collectors;

/**
 * The frozen text encoder's features of every caption of a data set, so that training runs no encoder. One safetensors
 * file, mapped: {@code tokens} BF16 {@code [t d]}, the tokens of all captions one after another without padding; {@code
 * ends} I32 {@code [n]}, where each caption's tokens end; {@code pooled} BF16 {@code [n d]}; {@code captions} U8, the
 * captions in UTF-8, each ended by a line feed, from the shortest, which is the empty prompt. The metadata names the
 * encoder.
 */
public final class TextCache implements AutoCloseable {
    private static final String FORMAT = "airfoil-text-cache-1";
    private static final int CHUNK = 64;

    private final SafetensorsFile file;
    private final Map<String, Integer> index = new HashMap<>();
    private final int[] ends;
    private final MemorySegment tokens;
    private final MemorySegment pooled;
    private final int width;
    private final int length;

    private TextCache(SafetensorsFile file) {
        this.file = file;
        this.ends = file.ints("ends");
        this.tokens = file.data("tokens");
        this.pooled = file.data("pooled");
        this.width = file.entry("pooled").spec().shape().dim(1);
        String text = new String(file.data("captions").toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
        text.lines().forEach(caption -> index.put(caption, index.size()));
        int longest = 0;
        for (int i = 0; i < ends.length; i++) {
            longest = Math.max(longest, ends[i] - begin(i));
        }
        this.length = longest;
    }

    /** All captions of a set, each once, the empty prompt first. */
    public static SequencedSet<String> captions(ImageTextSet set) {
        SequencedSet<String> captions = new LinkedHashSet<>();
        captions.add("");
        for (int i = 0; i < set.size(); i++) {
            set.pair(i).captions().forEach(c -> captions.add(line(c)));
        }
        return captions;
    }

    /** Where the cache of a set lies: in its folder, or if nothing can be written there in the user's own. */
    public static Path in(Path set, TextEncoderChoice encoder, int tokens) {
        String name = "text-" + encoder.label() + "-" + tokens + ".safetensors";
        Path beside = set.resolve(name);
        return Files.exists(beside) || Files.isWritable(set)
                ? beside
                : ofUser(set).resolve(name);
    }

    /** A folder for a set that is read-only, by the place of the set. */
    static Path ofUser(Path set) {
        Path place = set.toAbsolutePath().normalize();
        return UserCache.folder().resolve("text").resolve(Integer.toHexString(place.hashCode()));
    }

    /**
     * Opens a cache.
     *
     * @param encoder that must have made it
     * @param limit the most tokens of a caption
     * @param captions what must be in it
     * @throws TensorException if it is of another encoder or lacks a caption
     */
    public static TextCache open(Path path, TextEncoderChoice encoder, int limit, SequencedSet<String> captions) {
        SafetensorsFile file = Safetensors.open(path);
        try {
            String format = file.metadata().getOrDefault("format", "");
            String maker = file.metadata().getOrDefault("encoder", "");
            String tokens = file.metadata().getOrDefault("limit", "");
            if (!format.equals(FORMAT) || !maker.equals(encoder.label()) || !tokens.equals(Integer.toString(limit))) {
                throw new TensorException(path + " holds no text features of " + encoder.label() + " with at most "
                        + limit + " tokens (its format is '" + format + "', its encoder '" + maker + "', its limit '"
                        + tokens + "'); delete it, and it is made again");
            }
            TextCache cache = new TextCache(file);
            for (String caption : captions) {
                if (!cache.index.containsKey(caption)) {
                    throw new TensorException(path + " lacks the caption \"" + caption
                            + "\": it belongs to another data set; delete it, and it is made again");
                }
            }
            return cache;
        } catch (RuntimeException e) {
            file.close();
            throw e;
        }
    }

    /**
     * Encodes captions and writes the file. Features wait for it on the disk: those of a large set fit no memory.
     *
     * @param name what {@code encoder} is
     * @param progress told after each chunk, in captions
     * @throws TensorException if there is no room for the file
     */
    public static void build(
            Path path, TextEncoderChoice name, TextEncoder encoder, SequencedSet<String> captions, Progress progress) {
        // Texts of like length together: less padding to compute.
        List<String> ordered = captions.stream()
                .sorted(Comparator.comparingInt(String::length))
                .toList();
        int[] ends = new int[ordered.size()];
        try (Arena arena = Arena.ofConfined();
                Spill tokens = new Spill(path);
                Spill pooled = new Spill(path)) {
            for (int from = 0; from < ordered.size(); from += CHUNK) {
                int to = Math.min(ordered.size(), from + CHUNK);
                TextRows rows = encode(encoder, ordered.subList(from, to));
                for (int i = from; i < to; i++) {
                    ends[i] = (i == 0 ? 0 : ends[i - 1]) + rows.lengths()[i - from];
                }
                tokens.add(rows.tokens());
                pooled.add(rows.pooled());
                progress.update(to, ordered.size(), "encoding captions");
            }
            byte[] text = ordered.stream()
                    .map(c -> c + "\n")
                    .collect(Collectors.joining())
                    .getBytes(StandardCharsets.UTF_8);
            MemorySegment allTokens = tokens.map(arena);
            MemorySegment allPooled = pooled.map(arena);
            int width = encoder.width();
            new SafetensorsWriter()
                    .metadata("encoder", name.label())
                    .metadata("format", FORMAT)
                    .metadata("limit", Integer.toString(encoder.limit()))
                    .tensor("tokens", spec(DType.BF16, ends[ends.length - 1], width), () -> allTokens)
                    .tensor("pooled", spec(DType.BF16, ends.length, width), () -> allPooled)
                    .tensor("ends", spec(DType.I32, ends.length), () -> MemorySegment.ofArray(ends))
                    .tensor("captions", spec(DType.U8, text.length), () -> MemorySegment.ofArray(text))
                    .write(path);
        } catch (IOException e) {
            throw new TensorException(
                    "cannot write the text features " + path + ": " + Reason.of(e)
                            + "; they are kept with the pictures: make room there, or copy the set to a folder of yours",
                    e);
        }
    }

    /** Features of a few captions in BF16: the tokens of all one after another, how many each has, and the pooled vectors. */
    private record TextRows(byte[] tokens, int[] lengths, byte[] pooled) {}

    private static TextRows encode(TextEncoder encoder, List<String> captions) {
        return Scope.call("captions", () -> {
            TextFeatures features = encoder.encode(captions);
            int n = features.tokens().dim(1);
            int[] mask = features.mask().toInts();
            byte[] all = narrow(features.tokens());
            int row = encoder.width() * DType.BF16.bytes();
            int[] lengths = new int[captions.size()];
            ByteArrayOutputStream tokens = new ByteArrayOutputStream();
            for (int b = 0; b < lengths.length; b++) {
                while (lengths[b] < n && mask[b * n + lengths[b]] != 0) {
                    lengths[b]++;
                }
                tokens.write(all, b * n * row, lengths[b] * row);
            }
            return new TextRows(tokens.toByteArray(), lengths, narrow(features.pooled()));
        });
    }

    /** Bytes on the disk beside a file that is to be made of them; gone with this, or with the process. */
    private static final class Spill implements AutoCloseable {
        private final FileChannel channel;

        Spill(Path target) throws IOException {
            Path folder = Files.createDirectories(target.toAbsolutePath().getParent());
            Path beside = Files.createTempFile(folder, target.getFileName().toString(), null);
            channel = FileChannel.open(
                    beside, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE);
        }

        void add(byte[] bytes) throws IOException {
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
        }

        MemorySegment map(Arena arena) throws IOException {
            return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    /** The bytes of {@code x}, rounded to BF16. */
    private static byte[] narrow(Tensor x) {
        float[] values = x.toFloats();
        byte[] bytes = new byte[values.length * DType.BF16.bytes()];
        MemorySegment segment = MemorySegment.ofArray(bytes);
        for (int i = 0; i < values.length; i++) {
            segment.setAtIndex(ValueLayout.JAVA_SHORT_UNALIGNED, i, DType.toBf16(values[i]));
        }
        return bytes;
    }

    /** Width d of tokens and pooled vectors. */
    public int width() {
        return width;
    }

    /** Tokens of the longest caption: n of every batch. */
    public int length() {
        return length;
    }

    /** The number of a caption. */
    int entry(String caption) {
        return index.get(line(caption));
    }

    /**
     * Copies the features of a caption into row {@code row} of a batch: tokens BF16 {@code [b n d]}, padded with zeros,
     * mask I32 {@code [b n]} and pooled BF16 {@code [b d]}.
     */
    void copy(int entry, int row, MemorySegment toTokens, MemorySegment toMask, MemorySegment toPooled) {
        long rowBytes = (long) width * DType.BF16.bytes();
        int count = ends[entry] - begin(entry);
        MemorySegment place = toTokens.asSlice(row * length * rowBytes, length * rowBytes);
        MemorySegment.copy(tokens, begin(entry) * rowBytes, place, 0, count * rowBytes);
        place.asSlice(count * rowBytes).fill((byte) 0);
        for (int n = 0; n < length; n++) {
            toMask.setAtIndex(ValueLayout.JAVA_INT, (long) row * length + n, n < count ? 1 : 0);
        }
        MemorySegment.copy(pooled, entry * rowBytes, toPooled, row * rowBytes, rowBytes);
    }

    private int begin(int entry) {
        return entry == 0 ? 0 : ends[entry - 1];
    }

    /** Unmaps the file. */
    @Override
    public void close() {
        file.close();
    }

    private static TensorSpec spec(DType dtype, int... dims) {
        return new TensorSpec(dtype, Shape.of(dims));
    }

    /** A caption as a line of the file. */
    static String line(String caption) {
        return caption.replaceAll("\\R", " ");
    }
}
