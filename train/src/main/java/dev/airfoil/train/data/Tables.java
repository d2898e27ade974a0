package dev.airfoil.train.data;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads the two-column tables that lie beside this class as resources. */
final class Tables {
    private Tables() {}

    /** A map from the first column to the second; empty lines and lines that start with {@code #} say nothing. */
    static Map<String, String> read(String resource) {
        Map<String, String> table = new LinkedHashMap<>();
        try (InputStream in = Tables.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("the resource " + resource + " is missing from this build");
            }
            var lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.isBlank() || line.startsWith("#")) {
                    continue;
                }
                int tab = line.indexOf('\t');
                if (tab < 0 || table.put(line.substring(0, tab), line.substring(tab + 1)) != null) {
                    throw new IllegalStateException(resource + " has a line without tab or a key twice: " + line);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the resource " + resource, e);
        }
        return table;
    }
}
