package dev.airfoil.text.onnx;

import dev.airfoil.tensor.Shape;
import dev.airfoil.tensor.TensorException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the parts of ONNX's messages that weights need. Field and type numbers are those of {@code onnx.proto}.
 *
 * @param source what to call the file in messages
 */
record OnnxReader(String source) {
    private static final int FLOAT = 1;
    private static final int INT32 = 6;
    private static final int INT64 = 7;
    private static final int BOOL = 9;
    /** Names of ONNX's element types for messages, by number. */
    private static final List<String> TYPES = List.of(
            "UNDEFINED",
            "FLOAT",
            "UINT8",
            "INT8",
            "UINT16",
            "INT16",
            "INT32",
            "INT64",
            "STRING",
            "BOOL",
            "FLOAT16",
            "DOUBLE",
            "UINT32",
            "UINT64",
            "COMPLEX64",
            "COMPLEX128",
            "BFLOAT16");

    private static final String ADVICE = "; take the F32 export that is one file";

    OnnxWeights read(MemorySegment file) {
        Map<String, OnnxTensor> initializers = new LinkedHashMap<>();
        List<OnnxWeights.Node> nodes = new ArrayList<>();
        boolean hasGraph = false;
        ProtoReader model = ProtoReader.of(file, source);
        while (model.next()) {
            if (model.field() == 7) {
                hasGraph = true;
                graph(model.message(), initializers, nodes);
            } else {
                model.skip();
            }
        }
        if (!hasGraph) {
            throw new TensorException(source + " is not an ONNX file or is cut off: its " + file.byteSize()
                    + " bytes hold no graph; fetch the file again");
        }
        return new OnnxWeights(initializers, nodes, source);
    }

    private void graph(ProtoReader graph, Map<String, OnnxTensor> initializers, List<OnnxWeights.Node> nodes) {
        while (graph.next()) {
            switch (graph.field()) {
                case 1 -> nodes.add(node(graph.message()));
                case 5 -> tensor(graph.message(), initializers);
                default -> graph.skip();
            }
        }
    }

    private static OnnxWeights.Node node(ProtoReader node) {
        List<String> inputs = new ArrayList<>();
        String name = "";
        String operator = "";
        while (node.next()) {
            switch (node.field()) {
                case 1 -> inputs.add(node.string());
                case 3 -> name = node.string();
                case 4 -> operator = node.string();
                default -> node.skip();
            }
        }
        return new OnnxWeights.Node(operator, name, inputs);
    }

    private void tensor(ProtoReader tensor, Map<String, OnnxTensor> initializers) {
        List<Long> dims = new ArrayList<>();
        long type = 0;
        String name = "";
        boolean external = false;
        // raw_data or packed float_data: both are little-endian values one after the other.
        MemorySegment data = MemorySegment.NULL;
        while (tensor.next()) {
            switch (tensor.field()) {
                case 1 -> numbers(tensor, dims);
                case 2 -> type = tensor.number();
                case 4, 9 -> data = tensor.bytes();
                case 8 -> name = tensor.string();
                case 14 -> external = tensor.number() == 1;
                default -> tensor.skip();
            }
        }
        if (external) {
            throw new TensorException(source + " keeps the weight " + name + " in another file" + ADVICE);
        }
        // Whole numbers are positions and shapes that the graph computes with, never weights.
        if (type == INT32 || type == INT64 || type == BOOL) {
            return;
        }
        if (type != FLOAT) {
            String typeName = type > 0 && type < TYPES.size() ? TYPES.get((int) type) : "unknown (" + type + ")";
            throw new TensorException(
                    source + " holds the weight " + name + " as " + typeName + " where FLOAT can be read" + ADVICE);
        }
        put(initializers, name, dims, data);
    }

    private static void numbers(ProtoReader reader, List<Long> numbers) {
        if (!reader.isBytes()) {
            numbers.add(reader.number());
            return;
        }
        ProtoReader packed = reader.message();
        while (packed.hasMore()) {
            numbers.add(packed.packed());
        }
    }

    private void put(Map<String, OnnxTensor> initializers, String name, List<Long> dims, MemorySegment data) {
        long size = 1;
        boolean sane = true;
        for (long dim : dims) {
            sane &= dim >= 0 && dim <= Integer.MAX_VALUE;
            size = Math.min(size * dim, Integer.MAX_VALUE); // saturates: no sum of bytes is that large
        }
        if (!sane || size * Float.BYTES != data.byteSize()) {
            throw new TensorException(source + " is corrupt: the weight " + name + " of dimensions " + dims + " has "
                    + data.byteSize() + " bytes of values");
        }
        Shape shape = Shape.of(dims.stream().mapToInt(Math::toIntExact).toArray());
        if (initializers.put(name, new OnnxTensor(shape, data)) != null) {
            throw new TensorException(source + " is corrupt: it holds the weight " + name + " twice");
        }
    }
}
