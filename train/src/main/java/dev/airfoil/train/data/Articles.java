package dev.airfoil.train.data;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The small English that captions need: a, an or nothing before a noun, and plurals of the few people there are. */
final class Articles {
    private static final List<String> CONSONANT_SOUND =
            List.of("use", "uni", "ute", "uku", "ufo", "eu", "ewe", "one", "once", "u.");
    private static final List<String> VOWEL_SOUND = List.of("hour", "honest", "heir", "8", "11", "18", "x-ray");
    private static final List<String> SINGULAR_S = List.of("ss", "us", "is", "os");
    private static final Set<String> JOINTS = Set.of(
            "with",
            "without",
            "in",
            "on",
            "of",
            "behind",
            "showing",
            "over",
            "under",
            "from",
            "and",
            "at",
            "for",
            "holding",
            "pointing",
            "pointed",
            "curving",
            "facing");
    /** Words after which a noun may follow that CLDR leaves bare: "face with tongue", "man getting haircut". */
    private static final Set<String> OPENERS = Set.of(
            "with",
            "without",
            "in",
            "on",
            "behind",
            "over",
            "getting",
            "rowing",
            "bouncing",
            "taking",
            "feeding",
            "wearing",
            "tipping",
            "raising",
            "playing");
    /** Nouns that take no article, seen at the end of a label or after an opener. */
    private static final Set<String> MASS = Set.of(
            "sweat",
            "rain",
            "snow",
            "lightning",
            "joy",
            "fear",
            "steam",
            "food",
            "yen",
            "silhouette",
            "bed",
            "fire",
            "dusk",
            "night",
            "handball",
            "polo",
            "water",
            "lightning and rain",
            "water polo",
            "umbrella and rain");

    private static final Set<String> PEOPLE = Set.of("person", "man", "woman");
    private static final Set<String> DETERMINERS = Set.of("a", "an", "the", "two", "no");

    private Articles() {}

    /** The noun phrase with its article: "a red apple", "an hourglass", "grapes". */
    static String indefinite(String phrase) {
        return isPlural(phrase) ? phrase : article(phrase) + " " + phrase;
    }

    /** "a" or "an", by the sound of the first word. */
    static String article(String phrase) {
        String first = phrase.split("[ -]", 2)[0].replaceAll("^\\W+", "");
        return startsWithVowelSound(first, phrase) ? "an" : "a";
    }

    private static boolean startsWithVowelSound(String first, String phrase) {
        String lower = phrase.toLowerCase(Locale.ROOT).replaceAll("^\\W+", "");
        if (spelledOut(first)) {
            // Letters are read by name: an SOS button, a CL button, an AB blood type.
            return "AEFHILMNORSX".indexOf(first.charAt(0)) >= 0;
        }
        if (VOWEL_SOUND.stream().anyMatch(lower::startsWith)) {
            return true;
        }
        if (CONSONANT_SOUND.stream().anyMatch(lower::startsWith)) {
            return false;
        }
        return !lower.isEmpty() && "aeiouåéí".indexOf(lower.charAt(0)) >= 0;
    }

    private static boolean spelledOut(String word) {
        boolean capitals = !word.isEmpty() && word.chars().allMatch(Character::isUpperCase);
        return capitals && word.length() <= 3 && !word.equals("NEW") && !word.equals("TOP");
    }

    /** Whether the head noun is a plural: the word before the first "with", "of", "in"... ends in a plural s. */
    static boolean isPlural(String phrase) {
        String[] words = phrase.split(" ");
        int end = 1;
        if (PEOPLE.contains(words[0])) {
            return false;
        }
        while (end < words.length && !JOINTS.contains(words[end])) {
            end++;
        }
        return pluralWord(words[end - 1]);
    }

    private static boolean pluralWord(String word) {
        return word.endsWith("s") && word.length() > 2 && SINGULAR_S.stream().noneMatch(word::endsWith)
                || word.equals("people")
                || word.equals("men")
                || word.equals("women")
                || word.equals("children");
    }

    /** Puts the article that CLDR leaves out inside a phrase: "face with tongue" becomes "face with a tongue". */
    static String fillInside(String phrase) {
        String[] words = phrase.split(" ");
        for (int i = 1; i < words.length - 1; i++) {
            if (OPENERS.contains(words[i])) {
                String before = String.join(" ", Arrays.copyOfRange(words, 0, i + 1));
                String noun = String.join(" ", Arrays.copyOfRange(words, i + 1, words.length));
                return bare(noun) ? phrase : before + " " + article(noun) + " " + noun;
            }
        }
        return phrase;
    }

    private static boolean bare(String noun) {
        String[] words = noun.split(" ");
        return MASS.contains(noun)
                || DETERMINERS.contains(words[0])
                || pluralWord(words[0])
                || pluralWord(words[words.length - 1])
                || isPlural(noun);
    }

    /** The plural of a person of a family, such as men for man. */
    static String plural(String person) {
        return switch (person) {
            case "man" -> "men";
            case "woman" -> "women";
            case "person" -> "people";
            case "child" -> "children";
            default -> person + "s";
        };
    }

    /** "a man, a woman and two boys" of man, woman, boy, boy. */
    static String enumerate(List<String> people) {
        List<String> named = people.stream()
                .distinct()
                .map(p -> people.indexOf(p) == people.lastIndexOf(p) ? indefinite(p) : "two " + plural(p))
                .toList();
        return join(named);
    }

    /** "x", "x and y", "x, y and z". */
    static String join(List<String> items) {
        int last = items.size() - 1;
        return last == 0 ? items.getFirst() : String.join(", ", items.subList(0, last)) + " and " + items.get(last);
    }
}
