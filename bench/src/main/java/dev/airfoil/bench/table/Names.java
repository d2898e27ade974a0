package dev.airfoil.bench.table;

import java.util.Locale;

/** The names of rows. */
final class Names {
    private Names() {}

    /** In small letters, with digits that every locale and shell understands. */
    static String of(String format, Object... values) {
        return String.format(Locale.ROOT, format, values).toLowerCase(Locale.ROOT);
    }
}
