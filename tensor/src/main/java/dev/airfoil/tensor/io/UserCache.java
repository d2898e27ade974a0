package dev.airfoil.tensor.io;

import java.nio.file.Path;
import java.util.Optional;

/** Where what can be made again is kept from one start to the next: each part of the program has a folder in it. */
public final class UserCache {
    private UserCache() {}

    /** {@code $XDG_CACHE_HOME/airfoil}, or {@code ~/.cache/airfoil}; perhaps not there yet. */
    public static Path folder() {
        return folder(Optional.ofNullable(System.getenv("XDG_CACHE_HOME")), Path.of(System.getProperty("user.home")));
    }

    /** A relative XDG folder is ignored, as its specification asks. Of a user without a home Java knows no folder. */
    static Path folder(Optional<String> xdg, Path home) {
        Path homely = home.isAbsolute() ? home.resolve(".cache") : Path.of(System.getProperty("java.io.tmpdir"));
        return xdg.map(Path::of).filter(Path::isAbsolute).orElse(homely).resolve("airfoil");
    }
}
