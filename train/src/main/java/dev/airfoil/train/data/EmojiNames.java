package dev.airfoil.train.data;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Finds which emoji an icon shows. Four packages say so themselves; the others name their icons after older CLDR
 * labels, so a name is looked up in the packages that do say, among today's labels, and in {@code emoji-names.tsv},
 * which was written by hand after a look at the pictures. A name that stays unknown is left out:
 * a picture without a sure caption teaches a wrong one.
 */
final class EmojiNames {
    private static final String TONE_AT_END = "-(medium-light|medium-dark|light|medium|dark)$";

    private final Map<String, Emoji> byHexcode = new HashMap<>();
    private final Map<String, String> byName = new HashMap<>();
    private final Map<String, String> byLetters = new HashMap<>();
    private final Map<String, String> byHand = new HashMap<>();
    private final Set<String> broken = new HashSet<>();

    /**
     * @param emoji all that count
     * @param tables the tables of the packages that have one, name to hexcode
     */
    EmojiNames(Collection<Emoji> emoji, List<Map<String, String>> tables) {
        for (Emoji e : emoji) {
            byHexcode.put(e.hexcode(), e);
        }
        for (Map<String, String> table : tables) {
            table.forEach((name, hexcode) -> {
                if (byHexcode.containsKey(hexcode)) {
                    byName.putIfAbsent(name, hexcode);
                }
            });
        }
        for (Emoji e : emoji) {
            byName.putIfAbsent(slug(e.label()), e.hexcode());
        }
        byName.forEach((name, hexcode) -> byLetters.putIfAbsent(name.replace("-", ""), hexcode));
        Tables.read("emoji-names.tsv").forEach((name, label) -> {
            if (label.equals("-")) {
                broken.add(name);
            } else if (byName.containsKey(slug(label))) {
                byHand.put(name, byName.get(slug(label)));
            }
        });
    }

    /**
     * What each icon shows, no emoji twice, and the names that stayed unknown.
     *
     * @param set the key of the icons' style
     */
    Matches match(String set, IconSet icons) {
        Map<String, String> own = icons.hexcodes();
        Map<Emoji, String> chosen = new LinkedHashMap<>();
        List<String> unknown = new ArrayList<>();
        for (String name : icons.names()) {
            Optional<Emoji> found = Optional.ofNullable(own.get(name))
                    .or(() -> lookUp(set, name))
                    .map(byHexcode::get);
            found.ifPresentOrElse(emoji -> chosen.putIfAbsent(emoji, name), () -> {
                // An unknown alias is one more name of a picture that is known by another.
                if (icons.isIcon(name)) {
                    unknown.add(name);
                }
            });
        }
        return new Matches(chosen, unknown);
    }

    /**
     * @param icons emoji to icon name, in the package's order
     * @param unknown icons whose meaning nobody tells
     */
    record Matches(Map<Emoji, String> icons, List<String> unknown) {}

    private Optional<String> lookUp(String set, String name) {
        String letters = name.replace("-", "");
        String here = set + "/" + letters;
        if (broken.contains(here)) {
            return Optional.empty();
        }
        String toned = name.replaceFirst(TONE_AT_END, "-$1-skin-tone");
        String flag = name.replaceFirst("^flag-for-(flag-)?", "flag-");
        return Optional.ofNullable(byHand.get(here))
                .or(() -> Optional.ofNullable(byName.get(name)))
                .or(() -> Optional.ofNullable(byName.get(toned)))
                .or(() -> Optional.ofNullable(byName.get(flag)))
                .or(() -> Optional.ofNullable(byHand.get(letters)))
                .or(() -> Optional.ofNullable(byLetters.get(letters)));
    }

    /** A label as Iconify spells it: lower case, no accents, words joined by {@code -}. */
    static String slug(String label) {
        return Normalizer.normalize(label.toLowerCase(Locale.ROOT), Normalizer.Form.NFD)
                .replaceAll("\\p{M}|[’'.“”]", "")
                .replace("&", "and")
                .replace("#", "hash")
                .replace("*", "asterisk")
                .replaceAll("[^a-z0-9]+", "-")
                .replaceAll("^-|-$", "");
    }
}
