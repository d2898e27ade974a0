package dev.airfoil.tensor.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.airfoil.tensor.DType;
import dev.airfoil.tensor.Shape;
import dev.airfoil.tensor.TensorException;
import dev.airfoil.tensor.TensorSpec;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsFileTest {
    @TempDir
    private Path folder;

    /** A file that the format's reference implementation wrote. */
    @Test
    void foreignFile() throws URISyntaxException {
        Path path = Path.of(SafetensorsFileTest.class
                .getResource("sampler-euler.safetensors")
                .toURI());
        try (SafetensorsFile file = Safetensors.open(path)) {
            assertThat(file.metadata()).containsEntry("kind", "sampler").containsKeys("config", "source");
            assertThat(file.entries()).containsOnlyKeys("in.A", "in.x", "out.main", "out.sigmas", "out.timesteps");
            assertThat(file.unreadable()).isEmpty();
            assertThat(file).hasToString(path.toString());
            SafetensorsFile.Entry sigmas = file.entry("out.sigmas");
            assertThat(sigmas.spec().dtype()).isEqualTo(DType.F32);
            assertThat(sigmas.file()).isEqualTo(path);
            assertThat(file.floats("out.sigmas")).startsWith(1f).endsWith(0f);
        }
    }

    /** A pipe without a writer would be waited for; a device stands for one here. */
    @Test
    void whatIsNoRegularFileIsNotOpened() {
        Path device = Path.of("/dev/zero");
        assumeTrue(Files.exists(device), "this system has no /dev/zero");
        assertThatThrownBy(() -> Safetensors.open(device))
                .isInstanceOf(TensorException.class)
                .hasMessageContaining("cannot read /dev/zero: it is no regular file");
    }

    @Test
    void valuesOfEveryTypeEvenUnaligned() throws IOException {
        ByteBuffer data = ByteBuffer.allocate(3 + 6 + 8 + 8 + 4).order(ByteOrder.LITTLE_ENDIAN);
        data.put((byte) 0).put((byte) 127).put((byte) 255);
        data.putShort((short) 0x3f80).putShort((short) 0xc000).putShort((short) 0x7f80);
        data.putShort((short) 0x3c00)
                .putShort((short) 0xc000)
                .putShort((short) 0x0001)
                .putShort((short) 0x7c00);
        data.putFloat(1.5f).putFloat(-0f);
        data.putInt(Integer.MIN_VALUE);
        String header = """
            {"u8":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},
            "bf16":{"dtype":"BF16","shape":[3,1],"data_offsets":[3,9]},
            "f16":{"dtype":"F16","shape":[2,2],"data_offsets":[9,17]},
            "f32":{"dtype":"F32","shape":[2],"data_offsets":[17,25]},
            "i32":{"dtype":"I32","shape":[],"data_offsets":[25,29]},
            "empty":{"dtype":"F32","shape":[0,7],"data_offsets":[9,9]}}\
            """;
        try (SafetensorsFile file = Safetensors.open(file(header, data.array()))) {
            assertThat(file.entries().keySet()).containsExactly("u8", "bf16", "f16", "f32", "i32", "empty");
            assertThat(file.ints("u8")).containsExactly(0, 127, 255);
            assertThat(file.floats("bf16")).containsExactly(1f, -2f, Float.POSITIVE_INFINITY);
            assertThat(file.floats("f16")).containsExactly(1f, -2f, 0x1p-24f, Float.POSITIVE_INFINITY);
            assertThat(file.floats("f32")).containsExactly(1.5f, -0f);
            assertThat(file.ints("i32")).containsExactly(Integer.MIN_VALUE);
            assertThat(file.floats("empty")).isEmpty();
            assertThat(file.entry("i32").spec()).isEqualTo(new TensorSpec(DType.I32, Shape.SCALAR));
            assertThat(file.entry("f16").spec()).isEqualTo(new TensorSpec(DType.F16, Shape.of(2, 2)));
            assertThat(file.metadata()).isEmpty();
            MemorySegment bytes = file.data("f32");
            assertThat(bytes.byteSize()).isEqualTo(8);
            assertThat(bytes.isReadOnly()).isTrue();
            assertThat(bytes.get(ValueLayout.JAVA_FLOAT_UNALIGNED, 0)).isEqualTo(1.5f);
        }
    }

    @Test
    void truthValuesAreBytes() throws IOException {
        String header = "{\"b\":{\"dtype\":\"BOOL\",\"shape\":[2],\"data_offsets\":[0,2]}}";
        try (SafetensorsFile file = Safetensors.open(file(header, new byte[] {1, 0}))) {
            assertThat(file.entry("b").spec()).isEqualTo(new TensorSpec(DType.U8, Shape.of(2)));
            assertThat(file.ints("b")).containsExactly(1, 0);
        }
    }

    @Test
    void wrongRequestsAreSentences() throws IOException {
        String header = """
            {"f":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},
            "i":{"dtype":"I32","shape":[1],"data_offsets":[4,8]},
            "ids":{"dtype":"I64","shape":[1],"data_offsets":[8,16]},
            "half":{"dtype":"F4","shape":[2],"data_offsets":[16,17]}}\
            """;
        try (SafetensorsFile file = Safetensors.open(file(header, new byte[17]))) {
            assertThat(file.entries()).containsOnlyKeys("f", "i");
            assertThat(file.unreadable()).isEqualTo(Map.of("ids", "I64", "half", "F4"));
            assertThatThrownBy(() -> file.data("ids"))
                    .isInstanceOf(TensorException.class)
                    .hasMessageContainingAll(file.path().toString(), "tensor 'ids' is I64", "convert it to F32");
            assertThatThrownBy(() -> file.entry("nope"))
                    .isInstanceOf(TensorException.class)
                    .hasMessageContainingAll("no tensor 'nope'", "it holds 2: f, i");
            assertThatThrownBy(() -> file.floats("i"))
                    .isInstanceOf(TensorException.class)
                    .hasMessageContainingAll("'i' is I32", "ints");
            assertThatThrownBy(() -> file.ints("f"))
                    .isInstanceOf(TensorException.class)
                    .hasMessageContainingAll("'f' is F32", "floats");
        }
    }

    @Test
    void segmentsAreReadFromOtherThreadsAndDieWithTheFile() throws Exception {
        MemorySegment bytes;
        try (SafetensorsFile file = Safetensors.open(
                file("{\"a\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[0,3]}}", new byte[] {1, 2, 3}))) {
            bytes = file.data("a");
            AtomicReference<Byte> seen = new AtomicReference<>();
            Thread.ofPlatform()
                    .start(() -> seen.set(file.data("a").get(ValueLayout.JAVA_BYTE, 2)))
                    .join();
            assertThat(seen.get()).isEqualTo((byte) 3);
        }
        assertThatThrownBy(() -> bytes.get(ValueLayout.JAVA_BYTE, 0)).isInstanceOf(IllegalStateException.class);
    }

    /** A sparse file: three of its gigabytes are a hole that takes no room on the disk. */
    @Test
    void filesOverTwoGigabytes() throws IOException {
        String header = "{\"big\":{\"dtype\":\"U8\",\"shape\":[3,1073741824],\"data_offsets\":[0,3221225472]},"
                + "\"last\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[3221225472,3221225480]}}";
        Path path = file(header, new byte[0]);
        try (FileChannel out = FileChannel.open(path, StandardOpenOption.WRITE)) {
            ByteBuffer end = ByteBuffer.allocate(8)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putFloat(3f)
                    .putFloat(4f)
                    .flip();
            out.write(end, out.size() + 3221225472L);
        }
        try (SafetensorsFile file = Safetensors.open(path)) {
            assertThat(file.floats("last")).containsExactly(3f, 4f);
            assertThat(file.data("big").byteSize()).isEqualTo(3221225472L);
            assertThat(file.data("big").get(ValueLayout.JAVA_BYTE, 3221225471L)).isZero();
            assertThatThrownBy(() -> file.ints("big"))
                    .isInstanceOf(TensorException.class)
                    .hasMessageContainingAll("'big'", "too long for an array");
        }
    }

    private Path file(String header, byte[] data) throws IOException {
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        Path path = Raw.file(folder.resolve("x.safetensors"), header, 0);
        try (FileChannel out = FileChannel.open(path, StandardOpenOption.APPEND)) {
            assertThat(out.size()).isEqualTo(8L + text.length);
            out.write(ByteBuffer.wrap(data));
        }
        return path;
    }
}
