package dev.airfoil.tests;

import dev.airfoil.autograd.Tape;
import dev.airfoil.tensor.DType;
import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Interpreter;
import dev.airfoil.tensor.Op;
import dev.airfoil.tensor.Shape;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.AdafactorUpdate;
import dev.airfoil.tensor.ops.AdamWUpdate;
import dev.airfoil.tensor.ops.Attention;
import dev.airfoil.tensor.ops.Cast;
import dev.airfoil.tensor.ops.Compare;
import dev.airfoil.tensor.ops.Fill;
import dev.airfoil.tensor.ops.Random;
import dev.airfoil.tensor.ops.TimeFeatures;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** An op with the arguments to try it on. Arguments are functions of the case's name, so every backend sees the same. */
record OpCase(Op op, List<Arg> args, DType storage) {
    /** What an argument holds. */
    enum Content {
        /** Standard normal numbers. */
        NORMAL,
        /** Standard normal numbers, F32 beside BF16 activations: weights and modulations may be. */
        PARAMETER,
        /** Standard normal numbers that nobody learns, BF16 beside F32 activations: weights may be. */
        NARROW,
        /** Small whole numbers, in I8. */
        BYTES,
        /** Standard normal numbers in F32 that nobody learns: no gradient is asked for. */
        CONSTANT,
        /** Numbers from 0.5 up, for roots and logarithms. */
        POSITIVE,
        /** The same, always F32. */
        STATISTIC,
        /** Row numbers of a table of {@link #ROWS} rows. */
        IDS,
        /** 0 or 1, about a third of them 0. */
        MASK
    }

    /** How an argument lies in memory. */
    enum Placement {
        DENSE,
        /** Part of a wider tensor: rows are apart, and the first does not start at 0. */
        NARROWED,
        /** Stored with the axes in reverse order: the last axis is not the dense one. */
        TURNED
    }

    static final int ROWS = 7;

    record Arg(Shape shape, Content content) {
        static Arg normal(int... dims) {
            return new Arg(Shape.of(dims), Content.NORMAL);
        }

        static Arg parameter(int... dims) {
            return new Arg(Shape.of(dims), Content.PARAMETER);
        }

        static Arg narrow(int... dims) {
            return new Arg(Shape.of(dims), Content.NARROW);
        }

        static Arg bytes(int... dims) {
            return new Arg(Shape.of(dims), Content.BYTES);
        }

        static Arg constant(int... dims) {
            return new Arg(Shape.of(dims), Content.CONSTANT);
        }

        static Arg positive(int... dims) {
            return new Arg(Shape.of(dims), Content.POSITIVE);
        }

        static Arg statistic(int... dims) {
            return new Arg(Shape.of(dims), Content.STATISTIC);
        }

        static Arg ids(int... dims) {
            return new Arg(Shape.of(dims), Content.IDS);
        }

        static Arg mask(int... dims) {
            return new Arg(Shape.of(dims), Content.MASK);
        }

        boolean isFloat() {
            return content != Content.IDS && content != Content.MASK && content != Content.BYTES;
        }

        boolean isLearned() {
            return isFloat() && content != Content.CONSTANT && content != Content.NARROW;
        }

        /** The type of this argument in a case of that storage type. */
        DType dtype(DType storage) {
            return switch (content) {
                case NORMAL, POSITIVE -> storage;
                case PARAMETER -> storage == DType.BF16 ? DType.F32 : storage;
                case NARROW -> storage == DType.F32 ? DType.BF16 : storage;
                case BYTES -> DType.I8;
                case CONSTANT, STATISTIC -> DType.F32;
                case IDS, MASK -> DType.I32;
            };
        }

        Tensor make(DType storage, long seed, long stream) {
            int[] dims = shape.toArray();
            Tensor x = switch (content) {
                case NORMAL, PARAMETER, CONSTANT, NARROW -> F.normal(seed, stream, dims);
                case BYTES -> F.normal(seed, stream, dims).mul(2);
                case POSITIVE, STATISTIC -> F.affine(F.uniform(seed, stream, dims), 2, 0.5);
                case IDS -> integers(F.uniform(seed, stream, dims).toFloats(), ROWS);
                case MASK ->
                    integers(F.uniform(seed, stream, dims).mul(1.5).add(0.4).toFloats(), 1);
            };
            return F.cast(x, dtype(storage));
        }

        private Tensor integers(float[] uniform, int times) {
            return Tensor.of(
                    IntStream.range(0, uniform.length)
                            .map(i -> Math.min((int) (uniform[i] * times), Math.max(times - 1, 1)))
                            .toArray(),
                    shape.toArray());
        }
    }

    static OpCase of(Op op, Arg... args) {
        return new OpCase(op, List.of(args), DType.F32);
    }

    /** The same with activations of another type. */
    OpCase in(DType other) {
        return new OpCase(op, args, other);
    }

    /** True if the op has activations, whose type may be another. */
    boolean hasStorage() {
        return !(op instanceof AdamWUpdate || op instanceof AdafactorUpdate || op instanceof TimeFeatures)
                && args.stream().anyMatch(Arg::isFloat);
    }

    String name() {
        return (storage == DType.F32 ? "" : storage + " ")
                + op
                + args.stream().map(a -> a.shape().toString()).collect(Collectors.joining(" ", " (", ")"));
    }

    /** The arguments on the current backend. */
    List<Tensor> inputs(Placement placement) {
        List<Tensor> inputs = new ArrayList<>();
        for (int i = 0; i < args.size(); i++) {
            Tensor x = args.get(i).make(storage, name().hashCode(), i);
            inputs.add(args.get(i).isFloat() ? place(x, placement) : x);
        }
        return inputs;
    }

    private static Tensor place(Tensor x, Placement placement) {
        int rank = x.shape().rank();
        if (rank == 0) {
            return x;
        }
        return switch (placement) {
            case DENSE -> x;
            case NARROWED -> F.pad(x, rank - 1, 3, 2).narrow(rank - 1, 3, x.dim(-1));
            case TURNED -> {
                int[] reverse = new int[rank];
                Arrays.setAll(reverse, i -> rank - 1 - i);
                yield F.contiguous(x.permute(reverse)).permute(reverse);
            }
        };
    }

    /** False for steps, integers, random numbers and updates, and for what has half-width gradients of its own. */
    boolean hasGradient() {
        return switch (op) {
            case Cast _, Compare _, Fill _, Random _, AdamWUpdate _, AdafactorUpdate _ -> false;
            default -> storage == DType.F32 || !op.name().endsWith("Grad");
        };
    }

    /** The gradients of a weighted sum of the outputs for the learned ones of {@code inputs}. */
    List<Tensor> gradients(List<Tensor> inputs) {
        List<Tensor> learned = IntStream.range(0, inputs.size())
                .filter(i -> args.get(i).isLearned())
                .mapToObj(inputs::get)
                .toList();
        Supplier<Tensor> body = () -> flat(Interpreter.bind(op, inputs));
        Tensor value = body.get();
        Tensor cotangent = F.cast(F.normal(11, 0, value.dim(0)), value.dtype());
        return Tape.pullback(learned, body, cotangent).all();
    }

    /** All outputs as one vector; of attention only the first, as the second is there for its gradient. */
    Tensor flat(List<Tensor> outputs) {
        List<Tensor> used = op instanceof Attention ? outputs.subList(0, 1) : outputs;
        return F.concat(0, used.stream().map(t -> t.reshape(-1)).toList());
    }
}
