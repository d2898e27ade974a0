package dev.airfoil.tensor;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Checks the shapes of an op's arguments, and settings of anything, and words the message. A pattern names each axis with a
 * letter or a number; {@code ..} at the start stands for any number of leading axes, the same for all arguments that say it.
 *
 * <pre>{@code
 * Dims dims = Dims.of("adaLnModulate").bind("x", x, "b n d").bind("shift", shift, "b s d");
 * // adaLnModulate: shift has d=1024 where d=1152 is wanted: shift F32[2 2 1024], x F32[2 333 1152]
 * }</pre>
 */
public final class Dims {
    private final String op;
    private final Map<String, Integer> sizes = new LinkedHashMap<>();
    private final Map<String, TensorSpec> bound = new LinkedHashMap<>();
    private Shape leading = Shape.SCALAR;
    private boolean hasLeading;
    private Optional<DType> storage = Optional.empty();

    private Dims(String op) {
        this.op = op;
    }

    /** @param op what the message begins with: the op, or whatever has the settings */
    public static Dims of(String op) {
        return new Dims(op);
    }

    /** Checks a setting of an op as its record is made. */
    public static void given(String op, String setting, Object value) {
        if (value == null) {
            throw new TensorException(op + ": " + setting + " is null");
        }
    }

    /** Checks an argument of the op's storage type: F32, BF16 or F16, the same for all that are bound so. */
    public Dims bind(String argument, TensorSpec spec, String pattern) {
        DType wanted = storage.orElse(spec.dtype().isFloat() ? spec.dtype() : DType.F32);
        storage = Optional.of(wanted);
        return bind(argument, spec, wanted, pattern);
    }

    /** Checks a parameter, bound after an activation: of the storage type, or F32 beside narrower activations. */
    public Dims bindParameter(String argument, TensorSpec spec, String pattern) {
        return bind(argument, spec, spec.dtype() == DType.F32 ? DType.F32 : storage(), pattern);
    }

    /** Checks the weight of a product, bound after an activation: of the storage type, or BF16 beside F32. */
    public Dims bindWeight(String argument, TensorSpec spec, String pattern) {
        boolean narrower = storage() == DType.F32 && spec.dtype() == DType.BF16;
        return bind(argument, spec, narrower ? DType.BF16 : storage(), pattern);
    }

    /** Checks an argument of the given type. */
    public Dims bind(String argument, TensorSpec spec, DType dtype, String pattern) {
        bound.put(argument, spec);
        if (spec.dtype() != dtype) {
            throw error(argument + " is " + spec.dtype() + " where " + dtype + " is wanted");
        }
        // One space, which is no regular expression: compiling one would take as long as a small op.
        List<String> axes = pattern.isEmpty() ? List.of() : List.of(pattern.split(" "));
        boolean open = !axes.isEmpty() && axes.getFirst().equals("..");
        List<String> named = open ? axes.subList(1, axes.size()) : axes;
        int lead = spec.shape().rank() - named.size();
        if (open ? lead < 0 : lead != 0) {
            throw error(argument + " has rank " + spec.shape().rank() + " where [" + pattern + "] is wanted");
        }
        if (open) {
            int[] dims = new int[lead];
            for (int i = 0; i < lead; i++) {
                dims[i] = spec.shape().dim(i);
            }
            Shape outer = Shape.of(dims);
            if (hasLeading && !outer.equals(leading)) {
                throw error(argument + " has leading axes " + outer + " where " + leading + " is wanted");
            }
            leading = outer;
            hasLeading = true;
        }
        for (int i = 0; i < named.size(); i++) {
            String axis = named.get(i);
            int size = spec.shape().dim(lead + i);
            int wanted = Character.isDigit(axis.charAt(0)) ? Integer.parseInt(axis) : sizes.getOrDefault(axis, size);
            if (size != wanted) {
                throw error(argument + " has " + axis + "=" + size + " where " + axis + "=" + wanted + " is wanted");
            }
            sizes.put(axis, size);
        }
        return this;
    }

    /** Checks that {@code axis}, counted from the first, is one of those that {@code ..} stood for. */
    public Dims requireAxis(int axis) {
        return require(axis >= 0 && axis < leading.rank(), "axis " + axis + " does not exist; axes are counted from 0");
    }

    /** Checks that {@code size} is one that an axis can have. */
    public Dims requireSize(long size) {
        return require(size <= Integer.MAX_VALUE, "an axis of " + size + " is too long");
    }

    /** Checks something about the settings; the message follows the op's name. */
    public Dims require(boolean condition, String message) {
        if (!condition) {
            throw error(message);
        }
        return this;
    }

    /** The storage type: that of the first argument bound without a type of its own. */
    public DType storage() {
        return storage.orElseThrow();
    }

    /** The size bound to an axis letter. */
    public int get(String axis) {
        return sizes.get(axis);
    }

    /** The axes that {@code ..} stood for, followed by {@code inner}. */
    public Shape leading(int... inner) {
        int[] dims = new int[leading.rank() + inner.length];
        System.arraycopy(leading.toArray(), 0, dims, 0, leading.rank());
        System.arraycopy(inner, 0, dims, leading.rank(), inner.length);
        return Shape.of(dims);
    }

    private TensorException error(String what) {
        StringBuilder all = new StringBuilder();
        bound.forEach((name, spec) ->
                all.append(all.isEmpty() ? ": " : ", ").append(name).append(' ').append(spec));
        return new TensorException(op + ": " + what + all);
    }
}
