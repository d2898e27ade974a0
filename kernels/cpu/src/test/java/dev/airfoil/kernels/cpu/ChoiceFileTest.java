package dev.airfoil.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.airfoil.tensor.ops.Softmax;
import dev.airfoil.tensor.ops.Sum;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.security.cert.Certificate;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChoiceFileTest {
    @TempDir
    Path temp;

    private ChoiceFile kept;

    @BeforeEach
    void nothingIsKept() {
        kept = new ChoiceFile(temp.resolve("airfoil").resolve("cpu"));
    }

    @Test
    void whatIsWrittenIsRead() {
        assertThat(kept.read()).isEmpty();
        Choice narrow = Choice.named("Tile128x4x16").avoiding(Set.of(Softmax.class, Sum.class));
        kept.write(narrow);
        Choice read = kept.read().orElseThrow();
        assertThat(read.gemm().tile().name()).isEqualTo("Tile128x4x16");
        assertThat(read.attention().name()).isEqualTo("Tile128x4x16");
        assertThat(read.avoided()).containsExactlyInAnyOrder(Softmax.class, Sum.class);
        assertThat(read.differences()).endsWith("no kernel for Softmax Sum").isEqualTo(narrow.differences());
    }

    @Test
    void whatIsDeletedIsNotRead() {
        kept.delete();
        kept.write(Choice.DEFAULT);
        kept.delete();
        assertThat(kept.read()).isEmpty();
        assertThat(kept.folder()).isEmptyDirectory();
    }

    /** They may find different things: what they leave is the choice of one of them. */
    @Test
    void twoDoctorsAtOnceAreNotInEachOthersWay() {
        CompletableFuture<Void> other = CompletableFuture.runAsync(() -> {
            for (int i = 0; i < 300; i++) {
                kept.delete();
                kept.read().ifPresent(choice -> assertThat(choice.differences()).isEmpty());
            }
        });
        while (!other.isDone()) {
            kept.write(Choice.DEFAULT);
        }
        other.join();
        assertThat(kept.folder().toFile().list()).hasSizeLessThan(2);
    }

    @Test
    void thatOfAnotherMachineStays() throws IOException {
        kept.write(Choice.DEFAULT);
        Path other = Files.writeString(kept.folder().resolve("other.properties"), "");
        kept.delete();
        assertThat(other).exists();
    }

    @Test
    void everyBuildOfTheKernelsHasItsOwn() throws IOException {
        Path jar = temp.resolve("kernels.jar");
        Optional<CodeSource> source = Optional.of(new CodeSource(jar.toUri().toURL(), new Certificate[0]));
        Files.writeString(jar, "one");
        String one = ChoiceFile.build(source);
        Files.writeString(jar, "two");
        assertThat(ChoiceFile.build(source)).isNotEqualTo(one).isNotEmpty();
        Files.writeString(jar, "one");
        assertThat(ChoiceFile.build(source)).isEqualTo(one);
        Files.delete(jar);
        assertThat(ChoiceFile.build(source)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "products=Tile128x4x16",
                "products=Tile9\nattention=Tile128x4x16\navoided=",
                "products=Tile128x4x16\nattention=Tile128x4x16\navoided=Softmax Sofa",
                "products=\\u00"
            })
    void aDamagedFileIsAsGoodAsNone(String text) throws IOException {
        kept.write(Choice.DEFAULT);
        Files.writeString(kept.file(), text);
        assertThat(kept.read()).isEmpty();
    }

    @Test
    void bytesThatAreNoTextAreADamagedFile() throws IOException {
        kept.write(Choice.DEFAULT);
        Files.write(kept.file(), new byte[] {(byte) 0xff, 0, (byte) 0xc0});
        assertThat(kept.read()).isEmpty();
    }
}
