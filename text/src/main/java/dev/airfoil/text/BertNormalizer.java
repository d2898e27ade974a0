package dev.airfoil.text;

import java.text.Normalizer;
import java.util.Locale;
import java.util.Set;

/**
 * What BERT does to text before it looks for words, one code point at a time, so that every result still knows which
 * character of the original it came from. The steps run in the order of {@link Step}.
 *
 * <p>Decomposing code points one by one leaves a run of combining marks in the writer's order. That differs from
 * decomposing the whole text only for two or more marks that are not stripped, which no BERT vocabulary holds.
 *
 * <p>Categories of characters are those of the running JDK's Unicode version. The Rust library that Hugging Face uses
 * has an older one: of all code points, only some that were assigned since then (accents of rare scripts, their
 * punctuation) come out otherwise.
 */
record BertNormalizer(Set<Step> steps) {
    enum Step {
        /** Drops control, format and private-use characters; every kind of white space becomes a space. */
        CLEAN_TEXT,
        /** Puts spaces around Chinese characters, so that each is a word. */
        SPACE_CHINESE,
        /** Decomposes and drops the non-spacing marks: e with an acute accent becomes e. */
        STRIP_ACCENTS,
        LOWERCASE
    }

    BertNormalizer {
        steps = Set.copyOf(steps);
    }

    /** Appends {@code text[from, to)} to {@code out}; sources count from the start of {@code text}. */
    void normalize(String text, int from, int to, CodePoints out) {
        for (int i = from; i < to; ) {
            int c = text.codePointAt(i);
            if (!steps.contains(Step.CLEAN_TEXT)) {
                spaceChinese(c, i, out);
            } else if (isWhitespace(c) && !isDropped(c)) {
                out.add(' ', i);
            } else if (!isDropped(c)) {
                spaceChinese(c, i, out);
            }
            i += Character.charCount(c);
        }
    }

    private void spaceChinese(int c, int source, CodePoints out) {
        boolean space = steps.contains(Step.SPACE_CHINESE) && isChinese(c);
        if (space) {
            out.add(' ', source);
        }
        stripAccents(c, source, out);
        if (space) {
            out.add(' ', source);
        }
    }

    private void stripAccents(int c, int source, CodePoints out) {
        if (c < 0x80 || !steps.contains(Step.STRIP_ACCENTS)) {
            lowercase(c, source, out);
            return;
        }
        Normalizer.normalize(Character.toString(c), Normalizer.Form.NFD)
                .codePoints()
                .filter(d -> Character.getType(d) != Character.NON_SPACING_MARK)
                .forEach(d -> lowercase(d, source, out));
    }

    private void lowercase(int c, int source, CodePoints out) {
        if (steps.contains(Step.LOWERCASE)) {
            // The string method, not Character's: a capital I with a dot becomes two code points.
            Character.toString(c).toLowerCase(Locale.ROOT).codePoints().forEach(d -> out.add(d, source));
        } else {
            out.add(c, source);
        }
    }

    /** Unicode's White_Space property. */
    static boolean isWhitespace(int c) {
        return (c >= '\t' && c <= '\r') || c == 0x85 || Character.isSpaceChar(c);
    }

    /** What BERT splits off as a word of its own: all of ASCII's symbols and Unicode's punctuation. */
    static boolean isPunctuation(int c) {
        if (c < 0x80) {
            return c > ' ' && c < 0x7f && !Character.isLetterOrDigit(c);
        }
        return switch (Character.getType(c)) {
            case Character.CONNECTOR_PUNCTUATION,
                    Character.DASH_PUNCTUATION,
                    Character.START_PUNCTUATION,
                    Character.END_PUNCTUATION,
                    Character.INITIAL_QUOTE_PUNCTUATION,
                    Character.FINAL_QUOTE_PUNCTUATION,
                    Character.OTHER_PUNCTUATION -> true;
            default -> false;
        };
    }

    private static boolean isDropped(int c) {
        if (c == '\t' || c == '\n' || c == '\r') {
            return false;
        }
        return c == 0xfffd
                || switch (Character.getType(c)) {
                    case Character.CONTROL, Character.FORMAT, Character.PRIVATE_USE, Character.SURROGATE -> true;
                    default -> false;
                };
    }

    /** The blocks of CJK ideographs; not kana or hangul, which are written with spaces or as words. */
    private static boolean isChinese(int c) {
        return (c >= 0x4E00 && c <= 0x9FFF)
                || (c >= 0x3400 && c <= 0x4DBF)
                || (c >= 0x20000 && c <= 0x2A6DF)
                || (c >= 0x2A700 && c <= 0x2B73F)
                || (c >= 0x2B740 && c <= 0x2B81F)
                || (c >= 0x2B920 && c <= 0x2CEAF)
                || (c >= 0xF900 && c <= 0xFAFF)
                || (c >= 0x2F800 && c <= 0x2FA1F);
    }
}
