package dev.airfoil.nn;

import dev.airfoil.tensor.DType;
import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Scope;
import dev.airfoil.tensor.Shape;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.TensorException;
import dev.airfoil.tensor.TensorSpec;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Makes the parameters of a model while its layers are built: fresh ones or those of a checkpoint, by the same
 * constructors. Names come from the path of {@link #in} calls, not from reflection.
 */
public final class Params {
    private final Registry registry;
    private final String prefix;

    /** What all paths of one model share. */
    private record Registry(
            Scope owner, long seed, Optional<ParameterSource> source, DType matrices, Map<String, Parameter> all) {}

    private Params(Registry registry, String prefix) {
        this.registry = registry;
        this.prefix = prefix;
    }

    /** Fresh parameters, owned by {@code owner}: a function of seed and name alone. */
    public static Params fresh(Scope owner, long seed) {
        return new Params(new Registry(owner, seed, Optional.empty(), DType.F32, new LinkedHashMap<>()), "");
    }

    /** The parameters of a checkpoint, in F32, owned by {@code owner}. */
    public static Params load(Scope owner, ParameterSource source) {
        return load(owner, source, DType.F32);
    }

    /** The parameters of a checkpoint with matrices stored as {@code matrices}: for models that do not learn. */
    public static Params load(Scope owner, ParameterSource source, DType matrices) {
        return new Params(new Registry(owner, 0, Optional.of(source), matrices, new LinkedHashMap<>()), "");
    }

    /** The same registry one level down: {@code in("attn").in("qkv")} names {@code attn.qkv.weight}. */
    public Params in(String level) {
        return new Params(registry, prefix + level + ".");
    }

    /** As {@link #in(String)}, for numbered layers. */
    public Params in(int index) {
        return in(Integer.toString(index));
    }

    /**
     * The parameter {@code name} of this level.
     *
     * @throws TensorException if the checkpoint has none or one of another shape
     */
    public Parameter get(String name, Init init, int... dims) {
        String path = prefix + name;
        if (registry.all.containsKey(path)) {
            throw new TensorException("parameter " + path + " is made twice; share the layer instead");
        }
        Shape shape = Shape.of(dims);
        Tensor value = registry.owner.call(() -> registry.source
                .map(source -> read(source, path, shape, registry.matrices))
                .orElseGet(() -> Scope.call("init", () -> init.draw(shape, registry.seed, stream(path)))));
        Parameter parameter = new Parameter(path, registry.owner, value);
        registry.all.put(path, parameter);
        return parameter;
    }

    /** All parameters made so far, in the order of making. */
    public Map<String, Parameter> all() {
        return Collections.unmodifiableMap(registry.all);
    }

    /** The scope that owns the parameters. */
    public Scope owner() {
        return registry.owner;
    }

    /** The values of all parameters, in the order of making. */
    public List<Tensor> values() {
        return registry.all.values().stream().map(Parameter::value).toList();
    }

    /**
     * Checks, after the model has been built, that the checkpoint held nothing else.
     *
     * @throws TensorException naming what is left over
     */
    public void requireAllUsed() {
        registry.source.ifPresent(source -> {
            TreeSet<String> left = new TreeSet<>(source.specs().keySet());
            left.removeAll(registry.all.keySet());
            if (!left.isEmpty()) {
                throw new TensorException(source.description() + ": " + left.size()
                        + " parameters do not belong to this configuration, for example " + left.first()
                        + "; is it a checkpoint of another model?");
            }
        });
    }

    private static Tensor read(ParameterSource source, String path, Shape shape, DType matrices) {
        TensorSpec spec = source.specs().get(path);
        if (spec == null) {
            throw new TensorException(source.description() + ": parameter " + path + " " + shape
                    + " is missing; is it a checkpoint of another configuration?");
        }
        if (!spec.shape().equals(shape)) {
            throw new TensorException(source.description() + ": parameter " + path + " is " + spec.shape()
                    + " where this configuration wants " + shape);
        }
        return Scope.call("read", () -> F.cast(source.read(path), shape.rank() > 1 ? matrices : DType.F32));
    }

    /** The Philox stream of a parameter; the high bit keeps it apart from the streams of training and sampling. */
    private static long stream(String path) {
        return 1L << 62 | path.hashCode() & 0xffffffffL;
    }
}
