package dev.airfoil.text;

import dev.airfoil.tensor.TensorException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * BERT's tokenizer. Text is normalised, cut into words at white space and around punctuation, and each word is spelt
 * with the longest pieces of the vocabulary, from the left; pieces inside a word are written with a prefix, {@code
 * ##}. A word that cannot be spelt so is one unknown token. Special tokens that are written out in the text
 * ({@code [MASK]}) stand for themselves, as they do in Hugging Face's library.
 *
 * <p>Immutable, safe for use by many threads.
 */
public final class WordPiece implements Tokenizer {
    /** Everything that a {@code tokenizer.json} says. Ids before and after frame every text: [CLS] and [SEP]. */
    record Rules(
            Map<String, Integer> vocabulary,
            Map<String, Integer> special,
            BertNormalizer normalizer,
            int unknown,
            String prefix,
            int longestWord,
            List<Integer> before,
            List<Integer> after,
            int pad) {
        Rules {
            vocabulary = Collections.unmodifiableMap(vocabulary);
            special = Map.copyOf(special);
            before = List.copyOf(before);
            after = List.copyOf(after);
        }
    }

    /** A token and where in the text it begins. */
    private record Piece(int id, int source) {}

    private final Rules rules;
    private final Optional<Pattern> special;
    private final int size;

    WordPiece(Rules rules) {
        this.rules = rules;
        // Longest first: where two special tokens begin at the same place the longer one is meant.
        this.special = rules.special().isEmpty()
                ? Optional.empty()
                : Optional.of(Pattern.compile(rules.special().keySet().stream()
                        .sorted(Comparator.comparing(String::length).reversed())
                        .map(Pattern::quote)
                        .collect(Collectors.joining("|"))));
        this.size = 1
                + Math.max(
                        Collections.max(rules.vocabulary().values()),
                        rules.special().values().stream().reduce(-1, Math::max));
    }

    /**
     * Reads a Hugging Face {@code tokenizer.json} of type WordPiece with BERT's normaliser and pre-tokenizer.
     *
     * @param in is closed
     * @param source what to call it in messages
     * @throws TensorException if it cannot be read or asks for something else
     */
    public static WordPiece read(InputStream in, String source) {
        return new WordPiece(new WordPieceJson(source).read(in));
    }

    @Override
    public Encoding encode(String text, int limit) {
        int room = limit - rules.before().size() - rules.after().size();
        if (room < 0) {
            throw new TensorException("a limit of " + limit + " tokens has no room for the " + (limit - room)
                    + " special tokens that frame every text");
        }
        List<Piece> pieces = pieces(text);
        List<Integer> ids = new ArrayList<>(rules.before());
        pieces.stream().limit(room).map(Piece::id).forEach(ids::add);
        ids.addAll(rules.after());
        String cut = pieces.size() <= room
                ? ""
                : text.substring(pieces.get(room).source()).strip();
        return new Encoding(ids, cut);
    }

    @Override
    public int vocabularySize() {
        return size;
    }

    @Override
    public int padId() {
        return rules.pad();
    }

    private List<Piece> pieces(String text) {
        List<Piece> pieces = new ArrayList<>();
        int from = 0;
        if (special.isPresent()) {
            Matcher matcher = special.get().matcher(text);
            while (matcher.find()) {
                words(text, from, matcher.start(), pieces);
                pieces.add(new Piece(rules.special().get(matcher.group()), matcher.start()));
                from = matcher.end();
            }
        }
        words(text, from, text.length(), pieces);
        return pieces;
    }

    private void words(String text, int from, int to, List<Piece> pieces) {
        CodePoints points = new CodePoints();
        rules.normalizer().normalize(text, from, to, points);
        int start = 0;
        for (int i = 0; i < points.size(); i++) {
            boolean punctuation = BertNormalizer.isPunctuation(points.point(i));
            if (punctuation || BertNormalizer.isWhitespace(points.point(i))) {
                spell(points, start, i, pieces);
                start = punctuation ? i : i + 1;
            }
            if (punctuation) {
                spell(points, i, i + 1, pieces);
                start = i + 1;
            }
        }
        spell(points, start, points.size(), pieces);
    }

    /** The word {@code [start, end)} in the fewest left-to-right longest pieces, or as one unknown token. */
    private void spell(CodePoints points, int start, int end, List<Piece> pieces) {
        if (start == end) {
            return;
        }
        int first = pieces.size();
        int from = end - start > rules.longestWord() ? end : start;
        boolean spelt = from == start;
        while (spelt && from < end) {
            int to = end;
            Optional<Integer> id = lookup(points, start, from, to);
            while (id.isEmpty() && --to > from) {
                id = lookup(points, start, from, to);
            }
            spelt = id.isPresent();
            if (spelt) {
                pieces.add(new Piece(id.get(), points.source(from)));
                from = to;
            }
        }
        if (!spelt) {
            pieces.subList(first, pieces.size()).clear();
            pieces.add(new Piece(rules.unknown(), points.source(start)));
        }
    }

    private Optional<Integer> lookup(CodePoints points, int start, int from, int to) {
        String piece = points.string(from, to);
        return Optional.ofNullable(rules.vocabulary().get(from == start ? piece : rules.prefix() + piece));
    }
}
