package dev.airfoil.text;

import java.util.List;

/**
 * One text as token ids.
 *
 * @param ids the ids, special tokens included, no padding
 * @param cut the end of the text that did not fit, as the user wrote it; empty when all of it did
 */
public record Encoding(List<Integer> ids, String cut) {
    public Encoding {
        ids = List.copyOf(ids);
    }

    /** Number of ids. */
    public int length() {
        return ids.size();
    }
}
