package dev.airfoil.tensor.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.airfoil.tensor.DType;
import dev.airfoil.tensor.Shape;
import dev.airfoil.tensor.TensorException;
import dev.airfoil.tensor.TensorSpec;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsWriterTest {
    @TempDir
    private Path folder;

    /** Sizes around the staging buffer's quarter million floats too. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7, 8, 9, 97, 262_143, 262_144, 262_145})
    void whatIsWrittenComesBack(int size) {
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = i * 0.5f - 3;
        }
        Path path = folder.resolve("a.safetensors");
        new SafetensorsWriter()
                .tensor("x", TensorSpec.f32(1, size), () -> MemorySegment.ofArray(values))
                .write(path);
        try (SafetensorsFile file = Safetensors.open(path)) {
            assertThat(file.floats("x")).isEqualTo(values);
            assertThat(file.entry("x").spec()).isEqualTo(TensorSpec.f32(1, size));
        }
    }

    @Test
    void orderMetadataAndAlignment() {
        Path path = folder.resolve("a.safetensors");
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment ids = arena.allocateFrom(ValueLayout.JAVA_INT, 5, 6, 7);
            new SafetensorsWriter()
                    .metadata("prompt", "a \"red\" \u00e9clair\n\uD83C\uDF4E")
                    .metadata("step", "500")
                    .tensor("pixels", new TensorSpec(DType.U8, Shape.of(3)), () -> MemorySegment.ofArray(new byte[3]))
                    .tensor(
                            "half",
                            new TensorSpec(DType.BF16, Shape.of(1)),
                            () -> MemorySegment.ofArray(new short[] {DType.toBf16(-1.5f)}))
                    .tensor("ids", new TensorSpec(DType.I32, Shape.of(3)), () -> ids)
                    .tensor("scalar", TensorSpec.f32(), () -> MemorySegment.ofArray(new float[] {2.5f}))
                    .write(path);
        }
        try (SafetensorsFile file = Safetensors.open(path)) {
            assertThat(file.metadata().keySet()).containsExactly("prompt", "step");
            assertThat(file.metadata()).containsEntry("prompt", "a \"red\" \u00e9clair\n\uD83C\uDF4E");
            assertThat(file.entries().keySet()).containsExactly("pixels", "half", "ids", "scalar");
            assertThat(file.floats("half")).containsExactly(-1.5f);
            assertThat(file.ints("ids")).containsExactly(5, 6, 7);
            assertThat(file.floats("scalar")).containsExactly(2.5f);
            assertThat(file.entry("ids").offset() % 64).isZero();
            file.entries()
                    .values()
                    .forEach(e -> assertThat(e.offset() % e.spec().dtype().bytes())
                            .as(e.name())
                            .isZero());
        }
        assertThat(names()).containsExactly("a.safetensors");
    }

    @Test
    void nothingAtAllIsAFileToo() {
        Path path = folder.resolve("a.safetensors");
        new SafetensorsWriter().write(path);
        try (SafetensorsFile file = Safetensors.open(path)) {
            assertThat(file.entries()).isEmpty();
            assertThat(file.metadata()).isEmpty();
        }
        new SafetensorsWriter().metadata("only", "this").write(path);
        try (SafetensorsFile file = Safetensors.open(path)) {
            assertThat(file.metadata()).containsEntry("only", "this");
        }
    }

    @Test
    void dataAreAskedOneAtATimeAndOncePerWrite() {
        List<String> asked = new ArrayList<>();
        float[] shared = new float[1];
        SafetensorsWriter writer = new SafetensorsWriter();
        for (String name : List.of("a", "b", "c")) {
            writer.tensor(name, TensorSpec.f32(1), () -> {
                asked.add(name);
                shared[0] = name.charAt(0);
                return MemorySegment.ofArray(shared);
            });
        }
        Path path = folder.resolve("a.safetensors");
        writer.write(path);
        assertThat(asked).containsExactly("a", "b", "c");
        try (SafetensorsFile file = Safetensors.open(path)) {
            assertThat(file.floats("a")).containsExactly('a');
            assertThat(file.floats("c")).containsExactly('c');
        }
    }

    @Test
    void takenNamesAreRefused() {
        SafetensorsWriter writer = new SafetensorsWriter().tensor("a", TensorSpec.f32(1), this::one);
        assertThatThrownBy(() -> writer.tensor("a", TensorSpec.f32(1), this::one))
                .isInstanceOf(TensorException.class)
                .hasMessageContaining("'a'");
        assertThatThrownBy(() -> writer.tensor("__metadata__", TensorSpec.f32(1), this::one))
                .isInstanceOf(TensorException.class)
                .hasMessageContaining("'__metadata__'");
    }

    @Test
    void openFileKeepsItsValuesWhenItIsReplaced() {
        Path path = old();
        try (SafetensorsFile before = Safetensors.open(path)) {
            new SafetensorsWriter().tensor("x", TensorSpec.f32(1), this::one).write(path);
            assertThat(before.floats("old")).containsExactly(7f);
        }
        try (SafetensorsFile after = Safetensors.open(path)) {
            assertThat(after.entries()).containsOnlyKeys("x");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 60, 128, 1_000_000, 3_000_000})
    void fullDiskLeavesTheOldFileAndSaysTheBytes(int room) {
        Path path = old();
        SafetensorsWriter writer = new SafetensorsWriter(out -> new FullDisk(out, room))
                .tensor("x", TensorSpec.f32(1_000_000), () -> MemorySegment.ofArray(new float[1_000_000]));
        assertThatThrownBy(() -> writer.write(path))
                .isInstanceOf(TensorException.class)
                .hasMessageMatching("cannot write .*a\\.safetensors: No space left on device; .*untouched, "
                        + "4000128 bytes were wanted and \\d+ are free on that disk: .*");
        oldIsThere(path);
    }

    @Test
    void whatAKilledProcessLeftIsSwept() throws IOException {
        Path dead = Files.createFile(folder.resolve("a.safetensors.tmp-999999999999"));
        Path alive = Files.createFile(folder.resolve("a.safetensors.tmp-1"));
        Path other = Files.createFile(folder.resolve("b.safetensors.tmp-999999999999"));
        Path strange = Files.createFile(folder.resolve("a.safetensors.tmp-x"));
        for (Path file : List.of(dead, alive, other, strange)) {
            Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(2, ChronoUnit.HOURS)));
        }
        Path recent = Files.createFile(folder.resolve("a.safetensors.tmp-999999999998"));
        old();
        assertThat(dead).doesNotExist();
        assertThat(List.of(alive, other, strange, recent)).allMatch(Files::exists);
    }

    @Test
    void interruptLeavesTheOldFile() {
        Path path = old();
        SafetensorsWriter writer = new SafetensorsWriter().tensor("x", TensorSpec.f32(1), () -> {
            Thread.currentThread().interrupt();
            return one();
        });
        assertThatThrownBy(() -> writer.write(path))
                .isInstanceOf(TensorException.class)
                .hasMessageContainingAll("interrupted", "untouched", "save again");
        assertThat(Thread.interrupted()).isTrue();
        oldIsThere(path);
    }

    @Test
    void failingOrWrongDataLeaveTheOldFile() {
        Path path = old();
        SafetensorsWriter failing = new SafetensorsWriter().tensor("x", TensorSpec.f32(1), () -> {
            throw new IllegalStateException("device lost");
        });
        assertThatThrownBy(() -> failing.write(path))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("device lost");
        oldIsThere(path);
        SafetensorsWriter wrong = new SafetensorsWriter().tensor("x", TensorSpec.f32(2), this::one);
        assertThatThrownBy(() -> wrong.write(path))
                .isInstanceOf(TensorException.class)
                .hasMessageContainingAll("tensor 'x' (F32[2])", "takes 8 bytes", "given 4");
        oldIsThere(path);
    }

    @Test
    void missingFolderIsNamed() {
        SafetensorsWriter writer = new SafetensorsWriter().tensor("x", TensorSpec.f32(1), this::one);
        assertThatThrownBy(() -> writer.write(folder.resolve("none/a.safetensors")))
                .isInstanceOf(TensorException.class)
                .hasMessageContainingAll("there is no folder", "none", "create it");
    }

    private MemorySegment one() {
        return MemorySegment.ofArray(new float[] {1f});
    }

    private Path old() {
        Path path = folder.resolve("a.safetensors");
        new SafetensorsWriter()
                .tensor("old", TensorSpec.f32(1), () -> MemorySegment.ofArray(new float[] {7f}))
                .write(path);
        return path;
    }

    private void oldIsThere(Path path) {
        try (SafetensorsFile file = Safetensors.open(path)) {
            assertThat(file.floats("old")).containsExactly(7f);
        }
        assertThat(names()).containsExactly("a.safetensors");
    }

    private List<String> names() {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(p -> p.getFileName().toString()).toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Takes {@code room} bytes and then fails as a full disk does, after a partial write. */
    private static final class FullDisk implements WritableByteChannel {
        private final WritableByteChannel out;
        private int room;

        FullDisk(WritableByteChannel out, int room) {
            this.out = out;
            this.room = room;
        }

        @Override
        public int write(ByteBuffer bytes) throws IOException {
            if (room == 0) {
                throw new IOException("No space left on device");
            }
            ByteBuffer part = bytes.slice(bytes.position(), Math.min(room, bytes.remaining()));
            int written = out.write(part);
            bytes.position(bytes.position() + written);
            room -= written;
            return written;
        }

        @Override
        public boolean isOpen() {
            return out.isOpen();
        }

        @Override
        public void close() throws IOException {
            out.close();
        }
    }
}
