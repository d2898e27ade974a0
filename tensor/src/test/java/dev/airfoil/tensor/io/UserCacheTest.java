package dev.airfoil.tensor.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class UserCacheTest {
    @Test
    void theFolderIsTheUsers() {
        Path home = Path.of("/home/u");
        assertThat(UserCache.folder(Optional.empty(), home)).isEqualTo(Path.of("/home/u/.cache/airfoil"));
        assertThat(UserCache.folder(Optional.of("/var/c"), home)).isEqualTo(Path.of("/var/c/airfoil"));
        assertThat(UserCache.folder(Optional.of("c"), home)).isEqualTo(Path.of("/home/u/.cache/airfoil"));
        assertThat(UserCache.folder(Optional.of(""), home)).isEqualTo(Path.of("/home/u/.cache/airfoil"));
        assertThat(UserCache.folder(Optional.empty(), Path.of("?"))).isAbsolute();
        assertThat(UserCache.folder()).isAbsolute().hasFileName("airfoil");
    }
}
