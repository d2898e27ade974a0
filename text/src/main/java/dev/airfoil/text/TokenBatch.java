package dev.airfoil.text;

import dev.airfoil.tensor.TensorException;
import java.util.Arrays;
import java.util.List;

/**
 * Several texts as rows of {@code length} tokens: b rows, n = {@code length}.
 *
 * @param rows the texts
 * @param length tokens in a row, at least as many as the longest text has
 * @param padId what fills the end of the shorter rows
 */
public record TokenBatch(List<Encoding> rows, int length, int padId) {
    /** @throws TensorException if a row is longer than {@code length} */
    public TokenBatch {
        rows = List.copyOf(rows);
        for (Encoding row : rows) {
            if (row.length() > length) {
                throw new TensorException("a row of " + row.length() + " tokens does not fit into rows of " + length);
            }
        }
    }

    /** Token ids {@code [b n]}, row after row. */
    public int[] ids() {
        int[] ids = new int[rows.size() * length];
        Arrays.fill(ids, padId);
        for (int b = 0; b < rows.size(); b++) {
            for (int n = 0; n < rows.get(b).length(); n++) {
                ids[b * length + n] = rows.get(b).ids().get(n);
            }
        }
        return ids;
    }

    /** Mask {@code [b n]}: 1 for a token, 0 for padding. */
    public int[] mask() {
        int[] mask = new int[rows.size() * length];
        for (int b = 0; b < rows.size(); b++) {
            Arrays.fill(mask, b * length, b * length + rows.get(b).length(), 1);
        }
        return mask;
    }

    /** For each row the text that did not fit; empty where all of it did. */
    public List<String> cut() {
        return rows.stream().map(Encoding::cut).toList();
    }
}
