package dev.airfoil.tensor.host;

import dev.airfoil.tensor.Layout;
import dev.airfoil.tensor.Primitive;
import dev.airfoil.tensor.Shape;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.TensorException;
import dev.airfoil.tensor.ops.Affine;
import dev.airfoil.tensor.ops.Binary;
import dev.airfoil.tensor.ops.Cast;
import dev.airfoil.tensor.ops.Compare;
import dev.airfoil.tensor.ops.Concat;
import dev.airfoil.tensor.ops.Conv2d;
import dev.airfoil.tensor.ops.Conv2dGradInput;
import dev.airfoil.tensor.ops.Conv2dGradWeight;
import dev.airfoil.tensor.ops.Copy;
import dev.airfoil.tensor.ops.Fill;
import dev.airfoil.tensor.ops.Gather;
import dev.airfoil.tensor.ops.MatMul;
import dev.airfoil.tensor.ops.Max;
import dev.airfoil.tensor.ops.Pad;
import dev.airfoil.tensor.ops.Random;
import dev.airfoil.tensor.ops.ScatterAdd;
import dev.airfoil.tensor.ops.Sum;
import dev.airfoil.tensor.ops.TimeFeatures;
import dev.airfoil.tensor.ops.Unary;
import dev.airfoil.tensor.random.Philox;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;

/** What each primitive means, in plain loops over host memory; sums are accumulated in double. */
public final class ReferenceLoops {
    private ReferenceLoops() {}

    /** Runs {@code op}; the outputs are contiguous. */
    public static void run(Primitive op, List<Tensor> in, List<Tensor> outputs) {
        Tensor out = outputs.getFirst();
        switch (op) {
            case Fill(var _, double value) -> {
                for (long i = 0; i < out.size(); i++) {
                    Elements.set(out, i, value);
                }
            }
            case Random r -> {
                MemorySegment all =
                        HostBackend.segment(out).asSlice(0, out.spec().bytes());
                switch (r.distribution()) {
                    case UNIFORM -> Philox.fillUniform(r.seed(), r.stream(), all, 0, out.size());
                    case NORMAL -> Philox.fillNormal(r.seed(), r.stream(), all, 0, out.size());
                }
            }
            case Copy _ -> Elements.copy(in.getFirst(), out, out.layout());
            case Cast _ -> Elements.store(Elements.doubles(in.getFirst()), out);
            case Unary(Unary.Fn fn) -> unary(fn, in.getFirst(), out);
            case Binary(Binary.Fn fn) -> binary(fn, in.get(0), in.get(1), out);
            case Compare(Compare.Fn fn) -> compare(fn, in.get(0), in.get(1), out);
            case Affine(float scale, float shift) -> {
                float[] x = Elements.floats(in.getFirst());
                for (int i = 0; i < x.length; i++) {
                    x[i] = Math.fma(scale, x[i], shift);
                }
                Elements.store(x, out);
            }
            case Sum _ -> sum(in.getFirst(), out);
            case Max(int axis) -> max(axis, in.getFirst(), out);
            case MatMul _ -> matmul(in.get(0), in.get(1), out);
            case Conv2d c -> ReferenceConv.forward(c, in.get(0), in.get(1), out);
            case Conv2dGradInput(Conv2d c, var _, var _) -> ReferenceConv.gradInput(c, in.get(0), in.get(1), out);
            case Conv2dGradWeight(Conv2d c, var _, var _) -> ReferenceConv.gradWeight(c, in.get(0), in.get(1), out);
            case Gather _ -> gather(in.get(0), in.get(1), out);
            case ScatterAdd _ -> scatterAdd(in.get(0), in.get(1), out);
            case Concat(int axis) -> {
                int start = 0;
                for (Tensor part : in) {
                    Elements.copy(part, out, out.layout().narrow(axis, start, part.dim(axis)));
                    start += part.dim(axis);
                }
            }
            case Pad(int axis, int before, var _) -> {
                HostBackend.segment(out).asSlice(0, out.spec().bytes()).fill((byte) 0);
                Elements.copy(
                        in.getFirst(),
                        out,
                        out.layout().narrow(axis, before, in.getFirst().dim(axis)));
            }
            case TimeFeatures f -> timeFeatures(f, in.getFirst(), out);
            default -> throw new TensorException("the reference backend has no loop for " + op.name());
        }
    }

    private static void unary(Unary.Fn fn, Tensor in, Tensor out) {
        float[] x = Elements.floats(in);
        for (int i = 0; i < x.length; i++) {
            double v = x[i];
            x[i] = (float)
                    switch (fn) {
                        case EXP -> Math.exp(v);
                        case LOG -> Math.log(v);
                        case SQRT -> Math.sqrt(v);
                        case RSQRT -> 1 / Math.sqrt(v);
                        case RECIPROCAL -> 1 / v;
                        case SQUARE -> v * v;
                        case ABS -> Math.abs(v);
                        case TANH -> Math.tanh(v);
                        case SIGMOID -> 1 / (1 + Math.exp(-v));
                        case ERF -> Erf.erf(v);
                    };
        }
        Elements.store(x, out);
    }

    private static void binary(Binary.Fn fn, Tensor ta, Tensor tb, Tensor out) {
        float[] a = Elements.floats(ta);
        float[] b = Elements.floats(tb);
        for (int i = 0; i < a.length; i++) {
            a[i] = switch (fn) {
                case ADD -> a[i] + b[i];
                case SUB -> a[i] - b[i];
                case MUL -> a[i] * b[i];
                case DIV -> a[i] / b[i];
                case MAX -> Math.max(a[i], b[i]);
                case MIN -> Math.min(a[i], b[i]);
            };
        }
        Elements.store(a, out);
    }

    private static void compare(Compare.Fn fn, Tensor ta, Tensor tb, Tensor out) {
        float[] a = Elements.floats(ta);
        float[] b = Elements.floats(tb);
        for (int i = 0; i < a.length; i++) {
            boolean holds = switch (fn) {
                case EQUAL -> a[i] == b[i];
                case GREATER -> a[i] > b[i];
            };
            a[i] = holds ? 1 : 0;
        }
        Elements.store(a, out);
    }

    /** Where each element of {@code from} goes in {@code out}, whose summed axes have size 1. */
    private static Odometer reduced(Shape from, Tensor out) {
        return new Odometer(out.layout().expand(from));
    }

    private static void sum(Tensor in, Tensor out) {
        float[] x = Elements.floats(in);
        double[] sums = new double[Math.toIntExact(out.size())];
        Odometer at = reduced(in.shape(), out);
        for (float v : x) {
            sums[(int) at.next()] += v;
        }
        Elements.store(sums, out);
    }

    private static void max(int axis, Tensor in, Tensor out) {
        if (in.dim(axis) == 0) {
            throw new TensorException("max: axis " + axis + " of " + in.spec() + " is empty");
        }
        float[] x = Elements.floats(in);
        float[] largest = new float[Math.toIntExact(out.size())];
        Arrays.fill(largest, Float.NEGATIVE_INFINITY);
        Odometer at = reduced(in.shape(), out);
        for (float v : x) {
            int i = (int) at.next();
            largest[i] = Math.max(largest[i], v);
        }
        Elements.store(largest, out);
    }

    private static void matmul(Tensor ta, Tensor tb, Tensor out) {
        float[] a = Elements.floats(ta);
        int rank = tb.shape().rank();
        float[] b = Elements.floats(tb.withLayout(swapped(tb.layout(), rank))); // [.. n k]: both walk along k
        int m = ta.dim(-2);
        int k = ta.dim(-1);
        int n = tb.dim(-1);
        float[] c = new float[Math.toIntExact(out.size())];
        for (int row = 0; row < c.length / Math.max(n, 1); row++) {
            int batch = row / m;
            for (int j = 0; j < n; j++) {
                double sum = 0;
                int pa = row * k;
                int pb = (batch * n + j) * k;
                for (int p = 0; p < k; p++) {
                    sum += (double) a[pa + p] * b[pb + p];
                }
                c[row * n + j] = (float) sum;
            }
        }
        Elements.store(c, out);
    }

    private static Layout swapped(Layout layout, int rank) {
        int[] order = new int[rank];
        Arrays.setAll(order, i -> i);
        order[rank - 1] = rank - 2;
        order[rank - 2] = rank - 1;
        return layout.permute(order);
    }

    private static void gather(Tensor table, Tensor ids, Tensor out) {
        float[] rows = Elements.floats(table);
        double[] id = Elements.doubles(ids);
        int d = table.dim(1);
        float[] y = new float[id.length * d];
        for (int i = 0; i < id.length; i++) {
            System.arraycopy(rows, row("gather", id[i], table.dim(0)) * d, y, i * d, d);
        }
        Elements.store(y, out);
    }

    private static void scatterAdd(Tensor ids, Tensor values, Tensor out) {
        double[] id = Elements.doubles(ids);
        float[] x = Elements.floats(values);
        int d = out.dim(1);
        double[] sums = new double[Math.toIntExact(out.size())];
        for (int i = 0; i < id.length; i++) {
            int row = row("scatterAdd", id[i], out.dim(0));
            for (int j = 0; j < d; j++) {
                sums[row * d + j] += x[i * d + j];
            }
        }
        Elements.store(sums, out);
    }

    private static int row(String op, double id, int rows) {
        if (id < 0 || id >= rows) {
            throw new TensorException(op + ": id " + (long) id + " is outside a table of " + rows + " rows");
        }
        return (int) id;
    }

    private static void timeFeatures(TimeFeatures f, Tensor sigma, Tensor out) {
        float[] s = Elements.floats(sigma);
        int half = f.dim() / 2;
        for (int b = 0; b < s.length; b++) {
            for (int i = 0; i < half; i++) {
                double angle = f.angle(s[b], i);
                Elements.set(out, (long) b * f.dim() + i, Math.cos(angle));
                Elements.set(out, (long) b * f.dim() + half + i, Math.sin(angle));
            }
        }
    }
}
