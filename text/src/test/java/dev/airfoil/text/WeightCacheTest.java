package dev.airfoil.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.airfoil.tensor.DType;
import dev.airfoil.tensor.Shape;
import dev.airfoil.tensor.TensorException;
import dev.airfoil.tensor.TensorSpec;
import dev.airfoil.tensor.io.SafetensorsFile;
import dev.airfoil.tensor.io.SafetensorsWriter;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WeightCacheTest {
    @TempDir
    Path temp;

    private final List<Path> made = new ArrayList<>();

    private void make(Path file) {
        made.add(file);
        new SafetensorsWriter()
                .tensor("w", new TensorSpec(DType.F32, Shape.of(2)), () -> MemorySegment.ofArray(new float[] {1, 2}))
                .write(file);
    }

    private void openAndLook(WeightCache cache) {
        try (SafetensorsFile file = cache.open("m.safetensors", this::make)) {
            assertThat(file.floats("w")).containsExactly(1, 2);
        }
    }

    @Test
    void convertsOnce() {
        WeightCache cache = new WeightCache(temp.resolve("a/b"));
        openAndLook(cache);
        openAndLook(cache);
        assertThat(made).containsExactly(temp.resolve("a/b/m.safetensors"));
    }

    @Test
    void aDamagedFileIsMadeAnew() throws IOException {
        WeightCache cache = new WeightCache(temp);
        openAndLook(cache);
        Path file = temp.resolve("m.safetensors");
        byte[] whole = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(whole, whole.length - 1));
        openAndLook(cache);
        assertThat(made).hasSize(2);
        assertThat(file).hasBinaryContent(whole);
    }

    @Test
    void whereTheFolderCannotBeWrittenATemporaryFileDoes() throws IOException {
        Path file = Files.writeString(temp.resolve("not-a-folder"), "x");
        openAndLook(new WeightCache(file));
        assertThat(made).hasSize(1);
        assertThat(made.getFirst()).exists().isNotEqualTo(file.resolve("m.safetensors"));
    }

    @Test
    void weightsThatCannotBeConvertedSaySo() {
        WeightCache cache = new WeightCache(temp);
        assertThatThrownBy(() -> cache.open("m.safetensors", file -> {
                    throw new TensorException("the source is damaged");
                }))
                .isInstanceOf(TensorException.class)
                .hasMessage("the source is damaged");
        assertThat(temp).isEmptyDirectory();
    }
}
