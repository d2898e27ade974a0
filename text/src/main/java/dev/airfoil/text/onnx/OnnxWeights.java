package dev.airfoil.text.onnx;

import dev.airfoil.tensor.DType;
import dev.airfoil.tensor.TensorException;
import dev.airfoil.tensor.TensorSpec;
import dev.airfoil.tensor.io.SafetensorsWriter;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The weights in an ONNX file, without running it. An ONNX file is a protobuf message: a model holds a graph, the
 * graph holds nodes (operators) and initializers (constants, the weights among them).
 *
 * <p>PyTorch's exporter keeps the names of biases, norms and embeddings; the weight of a linear layer it transposes
 * to {@code [in out]} and names {@code onnx::MatMul_123}. Which layer that is, only the node tells that reads it:
 * {@code /encoder/layer.0/attention/self/query/MatMul}. {@link #named} gives those their own name and {@code [out
 * in]} shape back.
 *
 * @param initializers the F32 constants under their names in the file
 * @param nodes the operators in file order
 * @param source what to call the file in messages
 */
public record OnnxWeights(Map<String, OnnxTensor> initializers, List<Node> nodes, String source) {
    private static final String ANONYMOUS = "onnx::";
    private static final Pattern LAYER = Pattern.compile("/(.+)/MatMul");

    /**
     * An operator.
     *
     * @param operator what it does, {@code MatMul}
     * @param name its place in the network, {@code /encoder/layer.0/attention/self/query/MatMul}
     * @param inputs names of initializers or of other nodes' outputs
     */
    public record Node(String operator, String name, List<String> inputs) {
        public Node {
            inputs = List.copyOf(inputs);
        }

        private boolean multipliesBy(String weight) {
            return operator.equals("MatMul")
                    && inputs.size() == 2
                    && inputs.get(1).equals(weight);
        }
    }

    public OnnxWeights {
        initializers = Collections.unmodifiableMap(new LinkedHashMap<>(initializers));
        nodes = List.copyOf(nodes);
    }

    /**
     * Reads a file that lies in memory. The tensors are views of it.
     *
     * @param source what to call the file in messages
     * @throws TensorException if it is truncated, corrupt, not ONNX, quantised, or keeps its weights in other files
     */
    public static OnnxWeights read(MemorySegment file, String source) {
        return new OnnxReader(source).read(file);
    }

    /**
     * The weights under the names of the model that was exported, linear weights turned to {@code [out in]}.
     *
     * @param arena owns the turned copies
     * @throws TensorException if a node's name does not tell which layer an anonymous weight belongs to
     */
    public Map<String, OnnxTensor> named(Arena arena) {
        Map<String, OnnxTensor> named = new LinkedHashMap<>();
        initializers.forEach((name, tensor) -> {
            // Equal weights are stored once and read by several layers.
            List<Node> layers = name.startsWith(ANONYMOUS) && tensor.shape().rank() == 2
                    ? nodes.stream().filter(node -> node.multipliesBy(name)).toList()
                    : List.of();
            if (layers.isEmpty()) {
                named.put(name, tensor);
            } else {
                OnnxTensor turned = tensor.transposed(arena);
                layers.forEach(node -> named.put(parameter(node, name), turned));
            }
        });
        return named;
    }

    /**
     * Writes the {@link #named} weights as a safetensors file.
     *
     * @throws TensorException as {@link #named}, or if the file cannot be written
     */
    public void save(Path target) {
        try (Arena arena = Arena.ofConfined()) {
            SafetensorsWriter writer = new SafetensorsWriter().metadata("source", source);
            named(arena)
                    .forEach((name, tensor) ->
                            writer.tensor(name, new TensorSpec(DType.F32, tensor.shape()), tensor::data));
            writer.write(target);
        }
    }

    private String parameter(Node node, String weight) {
        Matcher matcher = LAYER.matcher(node.name());
        if (!matcher.matches()) {
            throw new TensorException(source + " does not tell which layer the weight " + weight
                    + " belongs to: it is read by the node '" + node.name()
                    + "', where a name like /encoder/layer.0/output/dense/MatMul is needed;"
                    + " export the model with PyTorch 1.13 or newer");
        }
        return matcher.group(1).replace('/', '.') + ".weight";
    }
}
