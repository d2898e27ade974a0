package dev.airfoil.cli.check;

import dev.airfoil.autograd.Gradients;
import dev.airfoil.autograd.Tape;
import dev.airfoil.tensor.DType;
import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.TensorException;
import dev.airfoil.tensor.TensorSpec;
import dev.airfoil.tensor.io.Safetensors;
import dev.airfoil.tensor.io.SafetensorsFile;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * One golden case: {@code in.NAME}, {@code param.NAME}, {@code out.NAME} and {@code grad.NAME} tensors, with kind and
 * configuration in the metadata. {@code in.cotangent} is the gradient of a loss for {@code out.main}; the expected
 * gradients follow from it.
 */
public final class GoldenCase implements AutoCloseable {
    private static final String INPUT = "in.";
    private static final String OUTPUT = "out.";
    private static final String GRADIENT = "grad.";
    private static final String COTANGENT = "cotangent";
    private static final String SUFFIX = ".safetensors";

    private final SafetensorsFile file;
    private final String kind;
    private final JsonNode config;
    private final Set<String> compared = new HashSet<>();

    private GoldenCase(SafetensorsFile file, String kind, JsonNode config) {
        this.file = file;
        this.kind = kind;
        this.config = config;
    }

    /**
     * Opens a case.
     *
     * @throws TensorException if the file is damaged, holds a type that Airfoil cannot compare, or its configuration is
     *     not a JSON object
     */
    public static GoldenCase open(Path path) {
        SafetensorsFile file = Safetensors.open(path);
        try {
            file.unreadable().keySet().forEach(file::entry);
            String kind = file.metadata().getOrDefault("kind", "");
            return new GoldenCase(file, kind, parse(file.metadata().getOrDefault("config", "{}")));
        } catch (RuntimeException | Error e) {
            file.close();
            throw e;
        }
    }

    /** The name of the file at {@code path} without its ending. */
    static String name(Path path) {
        String name = path.getFileName().toString();
        return name.endsWith(SUFFIX) ? name.substring(0, name.length() - SUFFIX.length()) : name;
    }

    private static JsonNode parse(String json) {
        try {
            JsonNode node = JsonMapper.shared().readTree(json);
            if (node.isObject()) {
                return node;
            }
            throw new TensorException("the metadata 'config' is no JSON object");
        } catch (JacksonException e) {
            throw new TensorException("the metadata 'config' is no JSON: " + e.getOriginalMessage(), e);
        }
    }

    /** {@code kind} in the metadata, empty if there is none. */
    public String kind() {
        return kind;
    }

    /** {@code config} in the metadata: an object. */
    public JsonNode config() {
        return config;
    }

    public SafetensorsFile file() {
        return file;
    }

    /** A text of the configuration. */
    public String text(String key, String otherwise) {
        return config.path(key).asString(otherwise);
    }

    /** A number of the configuration. */
    public double number(String key, double otherwise) {
        JsonNode node = config.path(key);
        if (node.isMissingNode() || node.isNull()) {
            return otherwise;
        }
        if (!node.isNumber()) {
            throw new TensorException("config." + key + " is " + node + " where a number is wanted");
        }
        return node.asDouble();
    }

    /** Numbers of the configuration: a list of them, or one. */
    public double[] numbers(String key, double otherwise) {
        JsonNode node = config.path(key);
        if (!node.isArray() || node.isEmpty()) {
            return new double[] {number(key, otherwise)};
        }
        return node.valueStream()
                .mapToDouble(n -> {
                    if (!n.isNumber()) {
                        throw new TensorException("config." + key + " is " + node + " where numbers are wanted");
                    }
                    return n.asDouble();
                })
                .toArray();
    }

    /** Something of the configuration that is so, or is not. */
    public boolean flag(String key) {
        return config.path(key).asBoolean(false);
    }

    /** A new tensor with the input {@code name}. */
    public Tensor in(String name) {
        return tensor(INPUT + name);
    }

    /** The expected output {@code name}. */
    public float[] out(String name) {
        return file.floats(OUTPUT + name);
    }

    /** All inputs but the cotangent. */
    Inputs inputs() {
        Map<String, Tensor> all = new LinkedHashMap<>();
        names(INPUT).stream().filter(n -> !n.equals(COTANGENT)).forEach(n -> all.put(n, in(n)));
        return new Inputs(all);
    }

    /** The names of all outputs. */
    public List<String> outputs() {
        return names(OUTPUT);
    }

    /** What the case expects and nothing was compared with: names of outputs and gradients, in the file's order. */
    public List<String> notCompared() {
        return file.entries().keySet().stream()
                .filter(n -> n.startsWith(OUTPUT) || n.startsWith(GRADIENT))
                .filter(n -> !compared.contains(n))
                .toList();
    }

    /** Compares one output. */
    public void compare(String name, Tensor actual, Comparison comparison) {
        compared.add(OUTPUT + name);
        comparison.value(OUTPUT + name, actual, file.entry(OUTPUT + name).spec().shape(), out(name));
    }

    /**
     * Computes {@code out.main} and, if the case expects gradients, those, and compares them all.
     *
     * @param watched the tensors with an expected gradient, by its name without {@code grad.}
     */
    public void compareWithGradients(Map<String, Tensor> watched, Supplier<Tensor> body, Comparison comparison) {
        List<String> wanted = names(GRADIENT);
        if (wanted.isEmpty()) {
            compare("main", body.get(), comparison);
            return;
        }
        List<Tensor> wrt = wanted.stream().map(n -> watched(watched, n)).toList();
        Gradients gradients = Tape.pullback(wrt, body, cotangent());
        compare("main", gradients.value(), comparison);
        for (int i = 0; i < wanted.size(); i++) {
            String name = GRADIENT + wanted.get(i);
            compared.add(name);
            comparison.gradient(
                    name, gradients.all().get(i), file.entry(name).spec().shape(), file.floats(name));
        }
    }

    /** That of the sum, where the case names none. */
    private Tensor cotangent() {
        return file.entries().containsKey(INPUT + COTANGENT)
                ? in(COTANGENT)
                : F.fill(file.entry(OUTPUT + "main").spec().shape(), 1);
    }

    private static Tensor watched(Map<String, Tensor> watched, String name) {
        return Optional.ofNullable(watched.get(name))
                .orElseThrow(() -> new TensorException("the case expects a gradient for " + name
                        + ", which is neither an input nor a parameter of the model"));
    }

    /** Half-width numbers as what they stand for, since the case was computed from that. */
    private Tensor tensor(String name) {
        TensorSpec spec = file.entry(name).spec();
        Tensor stored = Tensor.of(spec.dtype(), file.data(name), spec.shape());
        return spec.dtype().isHalf() ? F.cast(stored, DType.F32) : stored;
    }

    private List<String> names(String prefix) {
        return file.entries().keySet().stream()
                .filter(n -> n.startsWith(prefix))
                .map(n -> n.substring(prefix.length()))
                .toList();
    }

    @Override
    public void close() {
        file.close();
    }
}
