package dev.airfoil.tensor;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** The version of Airfoil. */
public final class Version {
    private static final String PROPERTIES = "/META-INF/maven/dev.airfoil/airfoil-tensor/pom.properties";

    private Version() {}

    /** As Maven wrote it into the jar; {@code development} where classes are run without one. */
    public static String current() {
        try (InputStream in = Version.class.getResourceAsStream(PROPERTIES)) {
            if (in == null) {
                return "development";
            }
            Properties properties = new Properties();
            properties.load(in);
            return properties.getProperty("version", "development");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
