package dev.airfoil.train.data;

import dev.airfoil.tensor.TensorException;
import dev.airfoil.tensor.io.Reason;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Builds the emoji set: fetches the pinned packages, writes a caption for every icon whose meaning is known, draws it
 * on white, and stores picture and words as an {@link ImageTextSet}. The same inputs give the same bytes on every
 * machine with the same Java.
 */
public final class EmojiBuilder {
    private static final NpmPackage LABELS = new NpmPackage(
            "emojibase-data",
            "17.0.0",
            "sha512-Yvgb5AWoHViHV/gq1qr5ZAarcBip+B27/ZLRsUJkbgAEaLlZ/fof9g882LTpmEpyhBNEC0m2SEmItljHsTygjA==");
    private static final String LABELS_FILE = "en/data.json";
    private static final String ICONS = "icons.json";
    private static final String CHARS = "chars.json";
    private static final int CHUNK = 64;

    private EmojiBuilder() {}

    /** {@link #build(Path, int, Set, NpmRegistry, Progress)} with the registry that npm itself would use. */
    public static BuildReport build(Path out, int size, Set<Licence> licences, Progress progress) {
        return build(out, size, licences, NpmRegistry.standard(), progress);
    }

    /**
     * Builds the set at {@code out}; an older set there is replaced when the new one is whole.
     *
     * @param size height and width of the pictures
     * @param licences whose art to use; {@link Licence#PERMISSIVE} where weights are to be passed on without conditions
     * @throws TensorException where nothing can be downloaded or written
     */
    public static BuildReport build(
            Path out, int size, Set<Licence> licences, NpmRegistry registry, Progress progress) {
        List<EmojiStyle> styles = Stream.of(EmojiStyle.values())
                .filter(style -> licences.contains(style.licence()))
                .toList();
        if (styles.isEmpty()) {
            throw new TensorException("no emoji art has any of the licences " + licences + "; allow MIT, for example");
        }
        try (ImageTextWriter writer = new ImageTextWriter(out, size)) {
            fetch(registry, styles, progress);
            draw(plan(registry, styles, writer), size, writer, progress);
            return writer.finish("emoji of the npm packages of "
                    + String.join(", ", styles.stream().map(EmojiStyle::prompt).toList()));
        } catch (IOException e) {
            throw new TensorException("cannot write the image set " + out + " (" + Reason.andPlace(e) + ")", e);
        }
    }

    /** A picture to be drawn. */
    private record Task(Pair pair, String svg) {}

    private static void fetch(NpmRegistry registry, List<EmojiStyle> styles, Progress progress) {
        String note = "fetching packages";
        progress.update(0, styles.size() + 1L, note);
        registry.fetch(LABELS);
        for (int i = 0; i < styles.size(); i++) {
            progress.update(i + 1L, styles.size() + 1L, note);
            registry.fetch(styles.get(i).npm());
        }
        progress.update(styles.size() + 1L, styles.size() + 1L, note);
    }

    private static List<Task> plan(NpmRegistry registry, List<EmojiStyle> styles, ImageTextWriter writer) {
        List<Emoji> emoji = Emoji.parse(json(registry.read(LABELS, Set.of(LABELS_FILE)), LABELS_FILE));
        Map<EmojiStyle, IconSet> sets = new EnumMap<>(EmojiStyle.class);
        for (EmojiStyle style : styles) {
            Map<String, byte[]> files = registry.read(style.npm(), Set.of(ICONS, CHARS));
            sets.put(style, new IconSet(json(files, ICONS), json(files, CHARS)));
        }
        EmojiNames names = new EmojiNames(
                emoji, sets.values().stream().map(IconSet::hexcodes).toList());
        CaptionGrammar grammar = new CaptionGrammar();
        List<Task> tasks = new ArrayList<>();
        sets.forEach((style, icons) -> {
            EmojiNames.Matches matches = names.match(style.key(), icons);
            matches.unknown().forEach(name -> writer.skip(style.key() + "/" + name, "its meaning is not known"));
            matches.icons().forEach((meaning, name) -> {
                Optional<String> svg = icons.svg(name);
                if (svg.isPresent()) {
                    tasks.add(new Task(pair(meaning, style, grammar), svg.get()));
                } else {
                    writer.skip(style.key() + "/" + name, "an alias of an icon that does not exist");
                }
            });
        });
        return tasks;
    }

    private static Pair pair(Emoji emoji, EmojiStyle style, CaptionGrammar grammar) {
        return new Pair(
                style.key() + "/" + emoji.hexcode(),
                emoji.concept(),
                emoji.group().key(),
                style.prompt(),
                style.licence(),
                Split.of(emoji.concept()),
                grammar.captions(emoji, style.prompt()));
    }

    /** Draws chunks in parallel and writes them in order, so memory stays small and the file the same. */
    private static void draw(List<Task> tasks, int size, ImageTextWriter writer, Progress progress) throws IOException {
        for (int from = 0; from < tasks.size(); from += CHUNK) {
            List<Task> chunk = tasks.subList(from, Math.min(from + CHUNK, tasks.size()));
            progress.update(from, tasks.size(), "drawing");
            List<Drawn> drawn =
                    chunk.parallelStream().map(task -> draw(task, size)).toList();
            for (int i = 0; i < chunk.size(); i++) {
                Pair pair = chunk.get(i).pair();
                switch (drawn.get(i)) {
                    case Picture picture -> writer.add(pair, picture.rgb());
                    case Failure failure -> writer.skip(pair.id(), failure.reason());
                }
            }
        }
        progress.update(tasks.size(), tasks.size(), "drawing");
    }

    private sealed interface Drawn permits Picture, Failure {}

    private record Picture(byte[] rgb) implements Drawn {}

    private record Failure(String reason) implements Drawn {}

    private static Drawn draw(Task task, int size) {
        try {
            return new Picture(SvgRasterizer.draw(task.svg(), size));
        } catch (IOException e) {
            return new Failure(e.getMessage());
        }
    }

    private static JsonNode json(Map<String, byte[]> files, String name) {
        try {
            return JsonMapper.shared().readTree(new ByteArrayInputStream(files.get(name)));
        } catch (JacksonException e) {
            throw new TensorException("the package's " + name + " is not JSON: " + e.getOriginalMessage(), e);
        }
    }
}
