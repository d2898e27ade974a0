package dev.airfoil.tensor.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.airfoil.tensor.TensorException;
import dev.airfoil.tensor.TensorSpec;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsShardsTest {
    private static final String ONE = "model-00001-of-00002.safetensors";
    private static final String TWO = "model-00002-of-00002.safetensors";

    @TempDir
    private Path folder;

    private Path index;

    @BeforeEach
    void shards() throws IOException {
        write(ONE, "a", 1f, "b", 2f);
        write(TWO, "c", 3f, "d", 4f);
        index = index("""
            {"metadata":{"total_size":16,"made":"here","odd":[1]},
            "weight_map":{"c":"%s","a":"%s","b":"%s","d":"%s"}}\
            """.formatted(TWO, ONE, ONE, TWO));
    }

    @Test
    void shardsReadAsOne() {
        for (Path path : new Path[] {index, folder}) {
            try (SafetensorsFile file = Safetensors.open(path)) {
                assertThat(file.path()).isEqualTo(index);
                assertThat(file.entries().keySet()).containsExactly("c", "a", "b", "d");
                assertThat(file.floats("a")).containsExactly(1f);
                assertThat(file.floats("d")).containsExactly(4f);
                assertThat(file.entry("d").file()).hasFileName(TWO);
                assertThat(file.metadata())
                        .containsEntry("total_size", "16")
                        .containsEntry("made", "here")
                        .containsEntry("shard", TWO)
                        .doesNotContainKey("odd");
            }
        }
    }

    @Test
    void onlyWhatTheIndexNamesIsThere() throws IOException {
        index("{\"weight_map\":{\"b\":\"" + ONE + "\"}}");
        try (SafetensorsFile file = Safetensors.open(index)) {
            assertThat(file.entries()).containsOnlyKeys("b");
            assertThatThrownBy(() -> file.data("a"))
                    .isInstanceOf(TensorException.class)
                    .hasMessageContainingAll(index.toString(), "no tensor 'a'");
        }
    }

    @Test
    void missingShardIsNamed() throws IOException {
        Files.delete(folder.resolve(TWO));
        refused(TWO, "tensor 'c'", "fetch that file too");
    }

    @Test
    void missingTensorIsNamed() throws IOException {
        index("{\"weight_map\":{\"a\":\"" + ONE + "\",\"z\":\"" + TWO + "\"}}");
        refused("tensor 'z'", TWO, "does not hold it");
    }

    @Test
    void damagedShardIsNamed() throws IOException {
        Path shard = folder.resolve(TWO);
        byte[] bytes = Files.readAllBytes(shard);
        Files.write(shard, Arrays.copyOf(bytes, bytes.length - 1));
        refused(TWO, "tensor 'd'", "damaged");
    }

    @Test
    void wrongIndexIsRefused() throws IOException {
        index("{");
        refused("not JSON");
        index("{\"weight_map\":3}");
        refused("weight_map");
        index("[]");
        refused("weight_map");
        index("{\"weight_map\":{\"a\":7}}");
        refused("names no file for tensor 'a'");
        index("{\"weight_map\":{\"a\":\"../" + ONE + "\"}}");
        refused("tensor 'a'", "outside its own folder");
        Files.delete(index);
        assertThatThrownBy(() -> Safetensors.open(index))
                .isInstanceOf(TensorException.class)
                .hasMessageContaining("does not exist");
    }

    @Test
    void folderWithFiles() throws IOException {
        Files.delete(index);
        assertThatThrownBy(() -> Safetensors.open(folder))
                .isInstanceOf(TensorException.class)
                .hasMessageContainingAll(folder.toString(), "2 checkpoints", "name the one");
        write("model.safetensors", "m", 1f, "n", 2f);
        try (SafetensorsFile file = Safetensors.open(folder)) {
            assertThat(file.entries()).containsOnlyKeys("m", "n");
        }
        for (String name : new String[] {ONE, TWO}) {
            Files.delete(folder.resolve(name));
        }
        Files.move(folder.resolve("model.safetensors"), folder.resolve("other.safetensors"));
        try (SafetensorsFile file = Safetensors.open(folder)) {
            assertThat(file.path()).hasFileName("other.safetensors");
        }
    }

    private void refused(String... words) {
        assertThatThrownBy(() -> Safetensors.open(index))
                .isInstanceOf(TensorException.class)
                .hasMessageContainingAll(words)
                .hasMessageContaining(folder.toString());
    }

    private Path index(String json) throws IOException {
        return Files.writeString(folder.resolve("model.safetensors.index.json"), json);
    }

    private void write(String file, String first, float a, String second, float b) {
        new SafetensorsWriter()
                .metadata("shard", file)
                .metadata("made", "elsewhere")
                .tensor(first, TensorSpec.f32(1), () -> MemorySegment.ofArray(new float[] {a}))
                .tensor(second, TensorSpec.f32(1), () -> MemorySegment.ofArray(new float[] {b}))
                .write(folder.resolve(file));
    }
}
