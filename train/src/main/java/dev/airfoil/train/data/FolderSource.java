package dev.airfoil.train.data;

import dev.airfoil.tensor.TensorException;
import dev.airfoil.tensor.io.Reason;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Makes an image set of a user's own pictures, from either
 *
 * <ul>
 *   <li>a folder of PNG, JPEG, GIF or BMP files, at any depth, each with a {@code .txt} of the same name beside it that
 *       holds a caption on each line; the name of the folder it lies in is its group; or
 *   <li>a {@code .jsonl} file, or a folder with exactly one, whose lines are objects with {@code file} (or
 *       {@code file_name} or {@code image}, relative to the JSONL) and {@code caption} (or {@code text}, or a list
 *       {@code captions}), and if wanted {@code group} and {@code concept}.
 * </ul>
 *
 * <p>Pictures are cropped to the centred square and resized. One that cannot be used (no decoder, caption or file) is
 * skipped and reported by name; the set is made of the rest.
 */
public final class FolderSource {
    private static final Set<String> ENDINGS = Set.of("png", "jpg", "jpeg", "gif", "bmp");
    private static final String GROUP = "images";

    private FolderSource() {}

    /**
     * Builds the set at {@code out}; an older set there is replaced when the new one is whole.
     *
     * @param images the folder, or a {@code .jsonl} file
     * @param size height and width of the stored pictures
     * @throws TensorException where there is nothing to use, or the JSONL cannot be read
     */
    public static BuildReport build(Path images, Path out, int size, Progress progress) {
        if (!Files.exists(images)) {
            throw new TensorException("there is no " + images + "; name a folder of images or a .jsonl file");
        }
        try (ImageTextWriter writer = new ImageTextWriter(out, size)) {
            List<Captioned> all = list(images, writer);
            long done = 0;
            for (Captioned next : all) {
                progress.update(done++, all.size(), "reading pictures");
                add(next, size, writer);
            }
            progress.update(done, all.size(), "reading pictures");
            return writer.finish(images.toString());
        } catch (IOException e) {
            throw new TensorException(
                    "cannot make an image set of " + images + " in " + out + " (" + Reason.andPlace(e) + ")", e);
        }
    }

    /** A picture that has captions. */
    private record Captioned(Path file, String id, String concept, String group, List<String> captions) {}

    private static List<Captioned> list(Path images, ImageTextWriter writer) throws IOException {
        if (!Files.isDirectory(images)) {
            return fromJsonl(images, writer);
        }
        try (Stream<Path> inside = Files.list(images)) {
            List<Path> tables =
                    inside.filter(f -> ending(f).equals("jsonl")).sorted().toList();
            if (tables.size() > 1) {
                throw new TensorException(
                        images + " holds " + tables.size() + " .jsonl files; name the one that is meant");
            }
            return tables.isEmpty() ? fromFiles(images, writer) : fromJsonl(tables.getFirst(), writer);
        }
    }

    private static List<Captioned> fromFiles(Path folder, ImageTextWriter writer) throws IOException {
        List<Path> files;
        try (Stream<Path> walk = Files.walk(folder)) {
            files = walk.filter(f -> ENDINGS.contains(ending(f))).sorted().toList();
        }
        List<Captioned> found = new ArrayList<>();
        for (Path file : files) {
            String id = unixName(folder.relativize(file));
            Path text = file.resolveSibling(file.getFileName().toString().replaceFirst("\\.[^.]*$", ".txt"));
            if (!Files.isRegularFile(text)) {
                writer.skip(id, "no caption: " + text.getFileName() + " is missing");
                continue;
            }
            List<String> captions;
            try {
                captions = lines(text);
            } catch (IOException e) {
                writer.skip(id, "no caption: " + e.getMessage());
                continue;
            }
            if (captions.isEmpty()) {
                writer.skip(id, "no caption: " + text.getFileName() + " is empty");
                continue;
            }
            Path parent = folder.relativize(file).getParent();
            found.add(new Captioned(file, id, id, parent == null ? GROUP : unixName(parent), captions));
        }
        return found;
    }

    /** Lines that say something, without the white space around. */
    private static List<String> lines(Path text) throws IOException {
        return read(text).stream()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .toList();
    }

    /** The lines of a text in UTF-8, without the mark that some editors put before it. */
    private static List<String> read(Path text) throws IOException {
        try {
            return Files.readString(text).replaceFirst("^\uFEFF", "").lines().toList();
        } catch (MalformedInputException e) {
            throw new IOException(text + " is not UTF-8 text", e);
        }
    }

    private static List<Captioned> fromJsonl(Path table, ImageTextWriter writer) throws IOException {
        List<Captioned> found = new ArrayList<>();
        Path folder = table.toAbsolutePath().getParent();
        int number = 0;
        for (String line : read(table)) {
            number++;
            if (line.isBlank()) {
                continue;
            }
            JsonNode node = parse(table, number, line);
            Optional<String> name = text(node, "file", "file_name", "image");
            List<String> captions = captions(node);
            if (name.isEmpty() || captions.isEmpty()) {
                writer.skip(
                        name.orElse(table.getFileName() + " line " + number),
                        name.isEmpty() ? "no field \"file\"" : "no caption in line " + number);
                continue;
            }
            try {
                found.add(new Captioned(
                        folder.resolve(name.get()),
                        name.get(),
                        text(node, "concept").orElse(name.get()),
                        text(node, "group").orElse(GROUP),
                        captions));
            } catch (InvalidPathException e) {
                writer.skip(name.get(), "not a file name: " + e.getReason());
            }
        }
        return found;
    }

    private static JsonNode parse(Path table, int number, String line) {
        try {
            return JsonMapper.shared().readTree(line);
        } catch (JacksonException e) {
            throw new TensorException(
                    "line " + number + " of " + table + " is not JSON (" + e.getOriginalMessage() + "); mend it", e);
        }
    }

    private static List<String> captions(JsonNode node) {
        Stream<String> several = node.path("captions").values().stream().map(c -> c.asString(""));
        Stream<String> one = text(node, "caption", "text").stream();
        return Stream.concat(one, several)
                .map(String::strip)
                .filter(caption -> !caption.isEmpty())
                .distinct()
                .toList();
    }

    private static Optional<String> text(JsonNode node, String... keys) {
        return Stream.of(keys)
                .map(key -> node.path(key).asString("").strip())
                .filter(value -> !value.isEmpty())
                .findFirst();
    }

    private static void add(Captioned next, int size, ImageTextWriter writer) throws IOException {
        byte[] rgb;
        try {
            rgb = read(next.file(), size);
        } catch (IOException e) {
            writer.skip(next.id(), e.getMessage());
            return;
        }
        Split split = Split.of(next.concept());
        writer.add(
                new Pair(next.id(), next.concept(), next.group(), "", Licence.UNSTATED, split, next.captions()), rgb);
    }

    private static byte[] read(Path file, int size) throws IOException {
        if (!Files.isReadable(file) || !Files.isRegularFile(file)) { // a pipe would be waited for
            throw new IOException("there is no such file");
        }
        try {
            return Pixels.fit(decode(file), size);
        } catch (OutOfMemoryError e) {
            throw new IOException("has more pixels than fit the Java heap", e);
        }
    }

    private static BufferedImage decode(Path file) throws IOException {
        BufferedImage image;
        try {
            image = ImageIO.read(file.toFile());
        } catch (IOException | RuntimeException e) {
            // Java's decoders answer some damaged files with unchecked exceptions.
            throw new IOException("does not decode (" + e.getMessage() + ")", e);
        }
        if (image == null) {
            throw new IOException("is in no format that Java reads");
        }
        return image;
    }

    private static String ending(Path file) {
        String name = file.getFileName().toString();
        return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    }

    private static String unixName(Path relative) {
        return relative.toString().replace('\\', '/');
    }
}
