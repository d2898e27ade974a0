package dev.airfoil.text;

import java.util.List;

/** Turns text into the ids that one text encoder was trained on. */
public sealed interface Tokenizer permits WordPiece {
    /**
     * The tokens of {@code text}, special tokens included. An empty text has only those.
     *
     * @param limit the most tokens to give; what does not fit is told in {@link Encoding#cut}
     * @throws dev.airfoil.tensor.TensorException if {@code limit} leaves no room for the special tokens
     */
    Encoding encode(String text, int limit);

    /** Number of ids: every id is below it. */
    int vocabularySize();

    /** The id that fills the end of a row; masked, so its value never shows. */
    int padId();

    /**
     * The tokens of several texts as rows of one length.
     *
     * @param limit the most tokens a row may have
     */
    default TokenBatch encode(List<String> texts, int limit, Padding padding) {
        List<Encoding> rows = texts.stream().map(text -> encode(text, limit)).toList();
        int length = switch (padding) {
            case TO_LONGEST -> rows.stream().mapToInt(Encoding::length).max().orElse(0);
            case TO_LIMIT -> limit;
        };
        return new TokenBatch(rows, length, padId());
    }
}
