package dev.airfoil.tensor.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.airfoil.tensor.TensorException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every way in which a file can be wrong is one sentence that names the file, the tensor and the way out. */
class SafetensorsDamageTest {
    @TempDir
    private Path folder;

    private static String tensor(String name, String dtype, String shape, long begin, long end) {
        return "\"" + name + "\":{\"dtype\":\"" + dtype + "\",\"shape\":" + shape + ",\"data_offsets\":[" + begin + ","
                + end + "]}";
    }

    private static Arguments of(String header, int data, String... words) {
        return Arguments.of(header, data, words);
    }

    static Stream<Arguments> headers() {
        String a = tensor("a", "F32", "[2]", 0, 8);
        return Stream.of(
                of("", 0, "not JSON"),
                of("{", 0, "not JSON", "character 1"),
                of("[]", 0, "the header is not a JSON object"),
                of("{" + a + "} x", 8, "not JSON", "text follows"),
                of("{" + a + "," + a + "}", 8, "not JSON", "\"a\" occurs twice"),
                of("{\"a\":3}", 0, "tensor 'a' is not a JSON object"),
                of("{\"__metadata__\":{\"k\":1}}", 0, "__metadata__ k is not a JSON string"),
                of("{\"a\":{\"shape\":[],\"data_offsets\":[0,4]}}", 4, "tensor 'a' lacks its dtype"),
                of("{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,4]}}", 4, "tensor 'a' lacks its shape"),
                of("{\"a\":{\"dtype\":\"F32\",\"shape\":[]}}", 4, "tensor 'a' lacks its data_offsets"),
                of("{\"a\":{\"dtype\":1,\"shape\":[],\"data_offsets\":[0,4]}}", 4, "tensor 'a' dtype", "string"),
                of("{\"a\":{\"dtype\":\"F32\",\"shape\":4,\"data_offsets\":[0,4]}}", 4, "'a' shape", "array"),
                of("{\"a\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[4]}}", 4, "'a' has 1 data_offsets"),
                of("{" + tensor("a", "F33", "[2]", 0, 8) + "}", 8, "tensor 'a'", "unknown dtype 'F33'"),
                of("{" + tensor("a", "F32", "[-2]", 0, 8) + "}", 8, "tensor 'a'", "dimension of -2"),
                of("{" + tensor("a", "F32", "[2147483648]", 0, 8) + "}", 8, "'a'", "dimension of 2147483648"),
                of("{" + tensor("a", "F32", "[1.5]", 0, 8) + "}", 8, "'a' shape", "1.5"),
                of("{" + tensor("a", "F32", "[\"2\"]", 0, 8) + "}", 8, "'a' shape", "not a number"),
                of("{" + tensor("a", "F32", "[99999999999999999999]", 0, 8) + "}", 8, "'a' shape", "64 bits"),
                of(
                        "{" + tensor("a", "F32", "[2147483647,2147483647,2147483647]", 0, 8) + "}",
                        8,
                        "tensor 'a'",
                        "more elements"),
                of("{" + tensor("a", "F32", "[3]", 0, 8) + "}", 8, "tensor 'a' (F32[3])", "takes 12 bytes but has 8"),
                of("{" + tensor("a", "BF16", "[3]", 0, 12) + "}", 12, "tensor 'a'", "takes 6 bytes but has 12"),
                of("{" + tensor("a", "I64", "[1]", 0, 4) + "}", 4, "tensor 'a'", "takes 8 bytes but has 4"),
                of("{" + tensor("a", "F32", "[2]", 8, 0) + "}", 8, "tensor 'a'", "8 to 0"),
                of("{" + tensor("a", "F32", "[2]", -8, 0) + "}", 8, "tensor 'a'", "-8 to 0"),
                of("{" + tensor("a", "F32", "[2]", 0, Long.MAX_VALUE) + "}", 8, "tensor 'a'", "ends at byte"),
                of("{" + tensor("a", "F32", "[2]", Long.MAX_VALUE - 8, Long.MAX_VALUE) + "}", 8, "tensor 'a'", "ends"),
                of("{" + a + "}", 7, "tensor 'a'", "ends at byte 8", "only 7"),
                of("{" + a + "}", 9, "1 bytes after tensor 'a'"),
                of("{}", 5, "5 bytes after the header"),
                of(
                        "{" + tensor("b", "F32", "[2]", 4, 12) + "," + a + "}",
                        12,
                        "tensor 'b' (F32[2]) overlaps tensor 'a' (F32[2]) by 4 bytes"),
                of("{" + a + "," + tensor("b", "U8", "[8]", 0, 8) + "}", 8, "overlaps", "by 8 bytes"),
                of(
                        "{" + a + "," + tensor("b", "F32", "[1]", 12, 16) + "}",
                        16,
                        "4 bytes between tensor 'a' (F32[2]) and tensor 'b' (F32[1])"),
                of("{" + tensor("a", "U8", "[4]", 2, 6) + "}", 6, "2 bytes between the header and tensor 'a'"));
    }

    @ParameterizedTest
    @MethodSource("headers")
    void wrongHeader(String header, int data, String... words) throws IOException {
        Path path = Raw.file(folder.resolve("bad.safetensors"), header, data);
        assertThatThrownBy(() -> Safetensors.open(path))
                .isInstanceOf(TensorException.class)
                .hasMessageContainingAll(words)
                .hasMessageContaining(path.toString())
                .hasMessageEndingWith("; the file is damaged: fetch or save it again");
    }

    @Test
    void headerLongerThanTheFile() throws IOException {
        byte[] header = "{}".getBytes(StandardCharsets.UTF_8);
        Path path = Raw.file(folder.resolve("bad.safetensors"), 3, header, 0);
        assertThatThrownBy(() -> Safetensors.open(path))
                .isInstanceOf(TensorException.class)
                .hasMessageContainingAll("header of 3 bytes", "only 10 long", "fetch");
    }

    @Test
    void headerLongerThanTheFormatAllows() throws IOException {
        for (long claimed : new long[] {100_000_001, Long.MAX_VALUE, -1}) {
            Path path = Raw.file(folder.resolve("bad.safetensors"), claimed, new byte[2], 0);
            assertThatThrownBy(() -> Safetensors.open(path))
                    .isInstanceOf(TensorException.class)
                    .hasMessageContainingAll(Long.toUnsignedString(claimed), "no safetensors file", path.toString());
        }
    }

    @Test
    void headerThatIsNotUtf8() throws IOException {
        byte[] header = {'{', '"', (byte) 0xc3, '"', ':', '1', '}'};
        Path path = Raw.file(folder.resolve("bad.safetensors"), header.length, header, 0);
        assertThatThrownBy(() -> Safetensors.open(path))
                .isInstanceOf(TensorException.class)
                .hasMessageContaining("UTF-8");
    }

    @Test
    void fileCutAnywhereIsRefused() throws IOException {
        Path whole = folder.resolve("whole.safetensors");
        Raw.file(whole, "{" + tensor("a", "F32", "[2]", 0, 8) + "}", 8);
        byte[] bytes = Files.readAllBytes(whole);
        Path cut = folder.resolve("cut.safetensors");
        for (int length = 0; length < bytes.length; length++) {
            Files.write(cut, Arrays.copyOf(bytes, length));
            assertThatThrownBy(() -> Safetensors.open(cut))
                    .isInstanceOf(TensorException.class)
                    .hasMessageContaining(cut.toString());
        }
        try (SafetensorsFile file = Safetensors.open(whole)) {
            assertThat(file.entries()).containsOnlyKeys("a");
        }
    }

    @Test
    void missingFileAndFolderWithoutCheckpoint() {
        Path path = folder.resolve("none.safetensors");
        assertThatThrownBy(() -> Safetensors.open(path))
                .isInstanceOf(TensorException.class)
                .hasMessage("cannot read " + path + ": it does not exist; check the path");
        assertThatThrownBy(() -> Safetensors.open(folder))
                .isInstanceOf(TensorException.class)
                .hasMessageContainingAll(folder.toString(), "no .safetensors file");
    }
}
