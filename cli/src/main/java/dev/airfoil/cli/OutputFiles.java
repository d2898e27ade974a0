package dev.airfoil.cli;

import dev.airfoil.pipeline.GenerationRequest;
import dev.airfoil.tensor.TensorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.LongStream;

/** Where pictures go. */
final class OutputFiles {
    private static final String PNG = ".png";
    /** Code points: a name may have 255 bytes, and numbers follow. */
    private static final int MAX_NAME = 50;

    private OutputFiles() {}

    /**
     * One file a picture.
     *
     * @param out a PNG file, a folder, or nothing: then the prompt names the file
     * @throws TensorException if nothing can be written there
     */
    static List<Path> of(Optional<Path> out, GenerationRequest request) {
        Path file = out.filter(path -> !Files.isDirectory(path))
                .orElseGet(() -> out.orElse(Path.of("")).resolve(name(request.prompt()) + PNG));
        require(file);
        if (request.count() == 1) {
            return List.of(file);
        }
        String name = file.getFileName().toString();
        String base = name.substring(0, name.length() - PNG.length());
        return LongStream.range(0, request.count())
                .mapToObj(i -> file.resolveSibling(base + "-" + (request.seed() + i) + PNG))
                .toList();
    }

    /** @throws TensorException if {@code file} is no place for a PNG */
    static void require(Path file) {
        if (!file.toString().toLowerCase(Locale.ROOT).endsWith(PNG)) {
            throw new TensorException("cannot write " + file + ": Airfoil writes PNG files, so let the name end in .png"
                    + (file.getFileName().toString().contains(".") ? "" : ", or make that folder first"));
        }
        Path folder = file.toAbsolutePath().getParent();
        if (!Files.isDirectory(folder)) {
            throw new TensorException("cannot write " + file + ": there is no folder " + folder + "; make it first");
        }
        if (!Files.isWritable(folder)) {
            throw new TensorException("cannot write " + file + ": the folder " + folder + " is not yours to write in");
        }
    }

    /** {@code A red apple, Noto style} as {@code a-red-apple-noto-style}. */
    static String name(String prompt) {
        String name = prompt.toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N}]+", "-");
        // Whole code points: half of one is no name.
        int[] start = name.replaceAll("^-+", "").codePoints().limit(MAX_NAME).toArray();
        String cut = new String(start, 0, start.length).replaceAll("-+$", "");
        return cut.isEmpty() ? "picture" : cut;
    }
}
