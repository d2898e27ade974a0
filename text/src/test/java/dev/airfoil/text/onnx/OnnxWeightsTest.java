package dev.airfoil.text.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.airfoil.tensor.Shape;
import dev.airfoil.tensor.TensorException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class OnnxWeightsTest {
    private static final String QUERY = "/encoder/layer.0/attention/self/query/MatMul";

    private static OnnxWeights read(byte[] file) {
        return OnnxWeights.read(MemorySegment.ofArray(file), "m.onnx");
    }

    /** A model like PyTorch's exporter writes: fields before and after the graph, one named and one anonymous weight. */
    private static ProtoWriter model(ProtoWriter graph) {
        return new ProtoWriter()
                .number(1, 6)
                .string(2, "pytorch")
                .message(7, graph)
                .message(8, new ProtoWriter().string(1, "").number(2, 11));
    }

    private static ProtoWriter graph(ProtoWriter... tensors) {
        ProtoWriter graph = new ProtoWriter()
                .message(1, node("MatMul", QUERY, "x", "onnx::MatMul_9"))
                .message(1, node("Add", "/encoder/layer.0/Add", "x", "encoder.layer.0.bias"))
                .string(2, "torch_jit");
        Arrays.stream(tensors).forEach(t -> graph.message(5, t));
        return graph.message(11, new ProtoWriter().string(1, "input_ids"));
    }

    private static ProtoWriter node(String operator, String name, String... inputs) {
        ProtoWriter node = new ProtoWriter();
        Arrays.stream(inputs).forEach(i -> node.string(1, i));
        return node.string(2, name + "_output_0")
                .string(3, name)
                .string(4, operator)
                .message(5, new ProtoWriter().string(1, "axis").raw(0x15, 0, 0, 0x80, 0x3f));
    }

    private static ProtoWriter tensor(String name, int... dims) {
        ProtoWriter tensor = new ProtoWriter();
        Arrays.stream(dims).forEach(d -> tensor.number(1, d));
        return tensor.number(2, 1).string(8, name);
    }

    private static byte[] small() {
        return model(graph(
                        tensor("encoder.layer.0.bias", 3).floats(9, 7, 8, 9),
                        tensor("onnx::MatMul_9", 2, 3).floats(9, 1, 2, 3, 4, 5, 6)))
                .toBytes();
    }

    private static float[] values(OnnxTensor tensor) {
        float[] values = new float[(int) tensor.shape().size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = tensor.data().get(OnnxTensor.VALUE, 4L * i);
        }
        return values;
    }

    @Test
    void anonymousWeightsTakeTheNameOfTheirNodeAndTheShapeOfTheirLayer() {
        try (Arena arena = Arena.ofConfined()) {
            Map<String, OnnxTensor> named = read(small()).named(arena);
            assertThat(named).containsOnlyKeys("encoder.layer.0.bias", "encoder.layer.0.attention.self.query.weight");
            OnnxTensor query = named.get("encoder.layer.0.attention.self.query.weight");
            assertThat(query.shape()).isEqualTo(Shape.of(3, 2));
            assertThat(values(query)).containsExactly(1, 4, 2, 5, 3, 6);
            assertThat(values(named.get("encoder.layer.0.bias"))).containsExactly(7, 8, 9);
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "1, 7", "31, 33", "32, 64", "67, 5"})
    void transposingTurnsEveryElement(int rows, int columns) {
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = i;
        }
        byte[] file = model(graph(tensor("w", rows, columns).floats(9, values))).toBytes();
        try (Arena arena = Arena.ofConfined()) {
            OnnxTensor turned = read(file).initializers().get("w").transposed(arena);
            assertThat(turned.shape()).isEqualTo(Shape.of(columns, rows));
            float[] got = values(turned);
            for (int r = 0; r < rows; r++) {
                for (int c = 0; c < columns; c++) {
                    assertThat(got[c * rows + r]).isEqualTo(values[r * columns + c]);
                }
            }
        }
    }

    @Test
    void allWaysToWriteATensorAreRead() {
        ProtoWriter packedDims = new ProtoWriter()
                .bytes(1, new byte[] {2, 1})
                .floats(4, 1.5f, -2)
                .string(8, "packed")
                .number(2, 1);
        ProtoWriter scalar = tensor("scalar").floats(9, 3);
        ProtoWriter empty = tensor("empty", 0, 5);
        ProtoWriter positions = new ProtoWriter()
                .number(1, 1)
                .number(2, 7)
                .string(8, "position_ids")
                .bytes(9, new byte[8]);
        Map<String, OnnxTensor> read = read(model(graph(packedDims, scalar, empty, positions))
                        .toBytes())
                .initializers();
        assertThat(read).containsOnlyKeys("packed", "scalar", "empty");
        assertThat(read.get("packed").shape()).isEqualTo(Shape.of(2, 1));
        assertThat(values(read.get("packed"))).containsExactly(1.5f, -2);
        assertThat(read.get("scalar").shape()).isEqualTo(Shape.SCALAR);
        assertThat(read.get("empty").shape()).isEqualTo(Shape.of(0, 5));
    }

    @Test
    void aWeightThatTwoLayersReadGetsBothNames() {
        ProtoWriter graph = graph(tensor("onnx::MatMul_9", 1, 1).floats(9, 5))
                .message(1, node("MatMul", "/encoder/layer.1/attention/self/query/MatMul", "y", "onnx::MatMul_9"));
        try (Arena arena = Arena.ofConfined()) {
            assertThat(read(model(graph).toBytes()).named(arena))
                    .containsOnlyKeys(
                            "encoder.layer.0.attention.self.query.weight",
                            "encoder.layer.1.attention.self.query.weight");
        }
    }

    @Test
    void aNodeThatTellsNoLayerIsRefused() {
        ProtoWriter graph = new ProtoWriter()
                .message(1, node("MatMul", "MatMul_96", "x", "onnx::MatMul_9"))
                .message(5, tensor("onnx::MatMul_9", 1, 1).floats(9, 5));
        OnnxWeights weights = read(model(graph).toBytes());
        try (Arena arena = Arena.ofConfined()) {
            assertThatThrownBy(() -> weights.named(arena))
                    .isInstanceOf(TensorException.class)
                    .hasMessageStartingWith("m.onnx does not tell which layer the weight onnx::MatMul_9 belongs to")
                    .hasMessageContaining("'MatMul_96'");
        }
    }

    static Stream<Arguments> badTensors() {
        return Stream.of(
                Arguments.of(tensor("w", 2).floats(9, 1), "weight w of dimensions [2] has 4 bytes"),
                Arguments.of(tensor("w", 2), "weight w of dimensions [2] has 0 bytes"),
                Arguments.of(
                        tensor("w", Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE)
                                .floats(9, 1),
                        "has 4 bytes of values"),
                Arguments.of(
                        new ProtoWriter().number(1, -1).number(2, 1).string(8, "w"), "weight w of dimensions [-1]"),
                Arguments.of(new ProtoWriter().number(2, 3).string(8, "w"), "holds the weight w as INT8 where FLOAT"),
                Arguments.of(new ProtoWriter().number(2, 99).string(8, "w"), "as unknown (99) where FLOAT"),
                Arguments.of(tensor("w", 2).number(14, 1), "keeps the weight w in another file"),
                Arguments.of(new ProtoWriter().string(2, "x"), "field 2 with wire type 2 where 0 is expected"));
    }

    @ParameterizedTest
    @MethodSource("badTensors")
    void tensorsThatCannotBeReadAreNamed(ProtoWriter tensor, String message) {
        assertThatThrownBy(() -> read(model(graph(tensor)).toBytes()))
                .isInstanceOf(TensorException.class)
                .hasMessageStartingWith("m.onnx ")
                .hasMessageContaining(message);
    }

    @Test
    void aWeightThatIsThereTwiceIsRefused() {
        ProtoWriter w = tensor("w", 1).floats(9, 1);
        assertThatThrownBy(() -> read(model(graph(w, w)).toBytes())).hasMessageContaining("holds the weight w twice");
    }

    static Stream<Arguments> badFiles() {
        return Stream.of(
                Arguments.of(new byte[0], "its 0 bytes hold no graph"),
                Arguments.of(new ProtoWriter().number(1, 6).toBytes(), "its 2 bytes hold no graph"),
                Arguments.of("PK\003\004 a zip file".getBytes(StandardCharsets.UTF_8), "corrupt or not an ONNX file"),
                Arguments.of(new ProtoWriter().raw(0x00).toBytes(), "impossible number 0"),
                Arguments.of(new ProtoWriter().raw(0x0b).toBytes(), "wire type 3"),
                Arguments.of(new ProtoWriter().raw(0x08, 0xff).toBytes(), "announces 1 bytes where 0 are left"),
                Arguments.of(
                        new ProtoWriter()
                                .raw(0x08, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1)
                                .toBytes(),
                        "more than 64 bits"),
                Arguments.of(new ProtoWriter().raw(0x3a).varint(-1).toBytes(), "announces 18446744073709551615 bytes"));
    }

    @ParameterizedTest
    @MethodSource("badFiles")
    void filesThatAreNotOnnxSaySo(byte[] file, String message) {
        assertThatThrownBy(() -> read(file))
                .isInstanceOf(TensorException.class)
                .hasMessageStartingWith("m.onnx ")
                .hasMessageContaining(message);
    }

    /** Cut anywhere inside the graph, the length that announces the graph is a lie. */
    @Test
    void aFileThatEndsEarlySaysHowMuchIsMissing() {
        byte[] whole = small();
        int afterGraph = whole.length - 6;
        for (int length = 0; length < afterGraph; length++) {
            byte[] part = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> read(part))
                    .isInstanceOf(TensorException.class)
                    .hasMessageMatching("m\\.onnx is (truncated|not an ONNX file or is cut off).*fetch the file again");
        }
    }

    @Test
    void damageGivesASentenceOrOtherValuesNeverAnotherError() {
        byte[] whole = small();
        SplittableRandom random = new SplittableRandom(1);
        int refused = 0;
        for (int i = 0; i < 5000; i++) {
            byte[] damaged = whole.clone();
            for (int n = random.nextInt(1, 4); n > 0; n--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            }
            try (Arena arena = Arena.ofConfined()) {
                assertThat(read(damaged).named(arena)).isNotNull();
            } catch (TensorException e) {
                refused++;
                assertThat(e).hasMessageStartingWith("m.onnx ");
            }
        }
        assertThat(refused).isGreaterThan(1000);
    }
}
