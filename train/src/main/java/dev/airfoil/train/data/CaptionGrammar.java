package dev.airfoil.train.data;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Turns CLDR's labels into prompts as a person would write them: {@code woman mage: medium-light skin tone} in the
 * style {@code Noto style} becomes {@code a woman mage with medium-light skin, Noto style}. Regular labels follow
 * rules; the others are listed in {@code caption-phrases.tsv}, a label and its phrase on each line.
 */
final class CaptionGrammar {
    private static final String SKIN_TONE = " skin tone";
    private static final int TAGS_IN_A_PARAPHRASE = 2;
    private static final int TAGS_ALONE = 4;
    private static final Set<String> THE_COUNTRIES = Set.of(
            "Bahamas",
            "Comoros",
            "European Union",
            "Gambia",
            "Isle of Man",
            "Maldives",
            "Netherlands",
            "Philippines",
            "Seychelles",
            "United Arab Emirates",
            "United Kingdom",
            "United Nations",
            "United States",
            "British Indian Ocean Territory",
            "Caribbean Netherlands");
    private static final Set<String> BLAND_TAGS = Set.of(
            "face",
            "animal",
            "tool",
            "person",
            "man",
            "woman",
            "symbol",
            "button",
            "sign",
            "no",
            "not",
            "forbidden",
            "prohibited",
            "bae",
            "bff",
            "bruh",
            "idk",
            "ily",
            "imo",
            "lmao",
            "lol",
            "omg",
            "rofl",
            "smh",
            "tbh",
            "xoxo",
            "yolo");
    /** Groups whose tags name the thing shown; those of faces and people name moods and slang. */
    private static final Set<EmojiGroup> THINGS = EnumSet.range(EmojiGroup.ANIMALS, EmojiGroup.SYMBOLS);

    private static final Map<String, String> ONE_OF = Map.of("people", "person", "men", "man", "women", "woman");

    private final Map<String, String> irregular;

    /** Reads the irregular phrases from the resource beside this class. */
    CaptionGrammar() {
        this.irregular = Tables.read("caption-phrases.tsv");
    }

    /**
     * Every caption of an emoji in a style: the canonical prompt, the phrase without style, the prompt with tags, and
     * tags alone. Never the same twice.
     */
    List<String> captions(Emoji emoji, String style) {
        String phrase = phrase(emoji);
        Set<String> captions = new LinkedHashSet<>();
        captions.add(phrase + ", " + style);
        captions.add(phrase);
        List<String> tags = tellingTags(emoji, phrase);
        if (!tags.isEmpty()) {
            List<String> few = tags.subList(0, Math.min(TAGS_IN_A_PARAPHRASE, tags.size()));
            captions.add(phrase + ", " + String.join(", ", few) + ", " + style);
        }
        if (tags.size() >= 2 && THINGS.contains(emoji.group())) {
            List<String> more = tags.subList(0, Math.min(TAGS_ALONE, tags.size()));
            captions.add(String.join(", ", more) + ", " + style);
        }
        return List.copyOf(captions);
    }

    /** Tags that add a word, in an order that is the same for every style but differs between emoji. */
    private static List<String> tellingTags(Emoji emoji, String phrase) {
        String known = " " + phrase.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", " ") + " ";
        return emoji.tags().stream()
                .filter(tag -> tag.length() > 2 && tag.matches("[a-z][a-z -]*"))
                .filter(tag -> !BLAND_TAGS.contains(tag) && !known.contains(" " + tag.replace('-', ' ') + " "))
                .sorted((a, b) -> Long.compare(order(emoji, a), order(emoji, b)))
                .toList();
    }

    private static long order(Emoji emoji, String tag) {
        return SplitMix.mix(((long) emoji.concept().hashCode() << 32) ^ tag.hashCode());
    }

    /** The caption without style: "a red apple", "the flag of France". */
    String phrase(Emoji emoji) {
        String label = plainQuotes(emoji.label());
        if (irregular.containsKey(label)) {
            return irregular.get(label);
        }
        int colon = label.indexOf(": ");
        if (colon < 0) {
            return simple(label, emoji.subgroup());
        }
        String head = label.substring(0, colon);
        List<String> details =
                new ArrayList<>(List.of(label.substring(colon + 2).split(", ")));
        List<String> tones = details.stream()
                .filter(d -> d.endsWith(SKIN_TONE))
                .map(d -> d.replace(SKIN_TONE, " skin"))
                .toList();
        details.removeIf(d -> d.endsWith(SKIN_TONE));
        return switch (head) {
            case "flag" -> "the flag of " + country(String.join(", ", details));
            case "keycap" -> keycap(details.getFirst());
            case "family" -> "a family of " + Articles.enumerate(details);
            default ->
                couple(head, details)
                        .map(c -> c.phrase(tones))
                        .orElseGet(() -> single(head, details, tones, emoji.subgroup()));
        };
    }

    private String simple(String label, int subgroup) {
        if (irregular.containsKey(label)) {
            return irregular.get(label);
        }
        if (subgroup == Emoji.ZODIAC) {
            return "the zodiac sign " + label;
        }
        if (label.endsWith("-thirty") || label.endsWith(" o'clock")) {
            return "a clock showing " + label;
        }
        Optional<Couple> couple = couple(label, List.of());
        if (couple.isPresent()) {
            return couple.get().phrase(List.of());
        }
        if (label.endsWith(" button (blood type)")) {
            return Articles.indefinite(label.replace(" button (blood type)", " blood type button"));
        }
        return Articles.indefinite(Articles.fillInside(label.replace("&", "and").replace("NO", "no")));
    }

    /** One person, hand or thing with details: hair, a beard, a skin tone, a direction. */
    private String single(String head, List<String> details, List<String> tones, int subgroup) {
        String phrase = simple(head, subgroup);
        List<String> with = new ArrayList<>(tones);
        String after = "";
        for (String detail : details) {
            switch (detail) {
                case "bald" -> phrase = "a bald " + head;
                case "beard" -> with.add("a beard");
                case "facing right" -> after = ", facing right";
                default -> with.add(detail);
            }
        }
        return with.isEmpty() ? phrase + after : attach(phrase, Articles.join(with)) + after;
    }

    /** Puts "with light skin" where it reads well: after the person, before what the person does, wears or holds. */
    private static String attach(String phrase, String with) {
        String[] words = phrase.split(" ", 3);
        boolean person = words.length == 3 && Set.of("person", "man", "woman").contains(words[1]);
        if (!person) {
            return phrase + " with " + with;
        }
        String rest = words[2];
        String subject = words[0] + " " + words[1] + " with " + with;
        if (rest.startsWith("with ")) {
            return subject + " and " + rest.substring("with ".length());
        }
        boolean follows = rest.startsWith("in ") || rest.split(" ")[0].endsWith("ing");
        return follows ? subject + " " + rest : phrase + " with " + with;
    }

    private static String country(String name) {
        String plain = name.replaceAll(" \\(.*?\\)", "")
                .replace(" SAR China", "")
                .replace(" - ", "-")
                .replace("&", "and");
        boolean the = THE_COUNTRIES.contains(plain) || plain.matches(".* (Islands|Republic|Territories)");
        return the ? "the " + plain : plain;
    }

    private static String keycap(String key) {
        return switch (key) {
            case "#" -> "a keycap with a hash sign";
            case "*" -> "a keycap with an asterisk";
            default -> "a keycap with the number " + key;
        };
    }

    private static String plainQuotes(String label) {
        return label.replace('’', '\'').replace('“', '"').replace('”', '"');
    }

    private static Optional<Couple> couple(String head, List<String> details) {
        String left = details.size() == 2 ? details.get(0) : "person";
        String right = details.size() == 2 ? details.get(1) : "person";
        switch (head) {
            case "kiss":
                return Optional.of(new Couple(left, right, "kissing"));
            case "couple with heart":
                return Optional.of(new Couple(left, right, "with a heart between them"));
            case "woman and man holding hands":
                return Optional.of(new Couple("woman", "man", "holding hands"));
            case "handshake":
                return Optional.of(new Couple("hand", "hand", "shaking"));
            default:
                int space = head.indexOf(' ');
                String one = space < 0 ? "" : ONE_OF.getOrDefault(head.substring(0, space), "");
                return one.isEmpty() ? Optional.empty() : Optional.of(new Couple(one, one, head.substring(space + 1)));
        }
    }

    /** Two who do something together, with one skin tone for both or one each. */
    private record Couple(String left, String right, String action) {
        String phrase(List<String> tones) {
            String with = action.startsWith("with ") ? action.substring("with ".length()) : "";
            if (tones.size() == 2) {
                String both = "a " + left + " with " + tones.get(0) + " and a " + right + " with " + tones.get(1);
                return with.isEmpty() ? both + " " + action : both + ", with " + with;
            }
            String both = left.equals(right) ? "two " + Articles.plural(left) : "a " + left + " and a " + right;
            if (tones.isEmpty()) {
                return both + " " + action;
            }
            String toned = both + " with " + tones.getFirst();
            return with.isEmpty() ? toned + " " + action : toned + " and " + with;
        }
    }
}
