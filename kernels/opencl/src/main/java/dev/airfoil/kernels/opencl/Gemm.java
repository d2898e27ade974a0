package dev.airfoil.kernels.opencl;

import dev.airfoil.tensor.DType;
import dev.airfoil.tensor.Layout;
import dev.airfoil.tensor.Shape;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.Activation;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Matrix products: {@code gemm.cl}, 256 work-items a tile. Chooses the tile and, where there are too few tiles to fill
 * the device but k is long (weight gradients), how many parts k is split into.
 */
final class Gemm {
    private Gemm() {}

    /** A tile size and how near it comes to the best one's speed for each element, from its loads per product. */
    private enum Tile {
        T128X128(128, 128, 1.0),
        T128X64(128, 64, 0.85),
        T64X64(64, 64, 0.65);

        final int m;
        final int n;
        final double speed;

        Tile(int m, int n, double speed) {
            this.m = m;
            this.n = n;
            this.speed = speed;
        }

        long count(long rows, long cols) {
            return (rows + m - 1) / m * ((cols + n - 1) / n);
        }
    }

    /** Which kernel file with which options of its own, its tile and the number of parts of k. */
    record Plan(String file, String options, int m, int n, int parts) {
        private Plan(Tile tile, int parts) {
            this("gemm", "", tile.m, tile.n, parts);
        }

        long count(long rows, long cols) {
            return (rows + m - 1) / m * ((cols + n - 1) / n);
        }
    }

    /** One operand: a batch of matrices, stored row by row or (if transposed) column by column. */
    record Operand(Tensor tensor, boolean transposed, long pitch, long batch) {
        boolean aligned(int innerSize) {
            return innerSize % 4 == 0
                    && pitch % 4 == 0
                    && batch % 4 == 0
                    && tensor.layout().offset() % 4 == 0;
        }
    }

    /** What is made of the sums: times a factor of their column {@code [n]}, plus bias {@code [n]}, then the activation. */
    record End(Optional<Tensor> scale, Optional<Tensor> bias, Activation.Fn activation) {
        /** The sums as they are. */
        static final End SUMS = new End(Optional.empty(), Optional.empty(), Activation.Fn.NONE);

        String options() {
            return " -DACT=" + activation
                    + (scale.isPresent() ? " -DSCALE" : "")
                    + bias.map(t -> " -DBIAS" + Stored.param(t)).orElse("");
        }

        /** The tensors that a kernel takes between its factors and c, which stands for a bias that there is not. */
        List<Tensor> tensors(Tensor c) {
            return Stream.concat(scale.stream(), Stream.of(bias.orElse(c))).toList();
        }
    }

    /**
     * {@code c [.. m n] = a [.. m k] b [.. k n]} and its end, rounded to its type once. Tensor cores take factors of one
     * type; the portable kernel takes any b, I8 too.
     */
    static void run(ClBackend cl, Tensor a, Tensor b, End end, Tensor c) {
        int m = a.dim(-2);
        int k = a.dim(-1);
        int n = b.dim(-1);
        if (c.size() == 0) {
            return;
        }
        long batches = c.size() / ((long) m * n);
        Operand left = operand(cl, a);
        Operand right = operand(cl, b);
        if (GemmWgmma.run(cl, left, right, end, c)) {
            return;
        }
        int units = cl.device().units();
        boolean tensorCores = a.dtype() == b.dtype() && cl.tensorCores(a.dtype());
        Plan plan = tensorCores ? GemmMma.plan(m, n, k, batches, units) : plan(m, n, k, batches, units);
        run(cl, plan, left, right, end, c);
    }

    /** As above, by the portable kernel, where the right factors are what {@code options} make patches.cl of them. */
    static void runPatches(ClBackend cl, Operand a, Operand right, String options, Tensor c) {
        if (c.size() > 0) {
            long batches = c.size() / ((long) c.dim(-2) * c.dim(-1));
            Plan p = plan(
                    c.dim(-2), c.dim(-1), a.tensor.dim(-1), batches, cl.device().units());
            Plan plan = new Plan("gemm_patches", options, p.m, p.n, p.parts);
            run(cl, plan, a, right, End.SUMS, c);
        }
    }

    private static void run(ClBackend cl, Plan plan, Operand left, Operand right, End end, Tensor c) {
        int m = c.dim(-2);
        int n = c.dim(-1);
        int k = left.tensor.dim(-1);
        DType dtype = left.tensor.dtype();
        long batches = c.size() / ((long) m * n);
        int part = (k + plan.parts - 1) / plan.parts;
        part = Math.max((part + 31) / 32 * 32, 32);
        int parts = Math.max((k + part - 1) / part, 1);
        End within = parts > 1 ? End.SUMS : end;
        String options = "-DBM=" + plan.m + " -DBN=" + plan.n + plan.options
                + (left.transposed ? " -DTA" : "") + (right.transposed ? " -DTB" : "")
                + " -DVA=" + bit(left.aligned(left.transposed ? m : k))
                + " -DVB=" + bit(right.aligned(right.transposed ? k : n))
                + " -DVC=" + bit(n % 4 == 0)
                + within.options() + Stored.as(left.tensor)
                + (right.tensor.dtype() == dtype ? "" : " -DRIGHT=" + right.tensor.dtype())
                + (dtype == DType.BF16 ? " -DWORDS" : "");
        Tensor target = parts > 1 ? cl.scratch(parts, Math.toIntExact(batches), m, n) : c;
        String result = Stored.result(left.tensor, target.dtype()) + (target.dtype() == DType.BF16 ? " -DNARROW" : "");
        cl.launch(plan.file, "gemm", options + result)
                .tensor(left.tensor)
                .tensor(right.tensor)
                .tensors(within.tensors(c))
                .tensor(target)
                .number(m)
                .number(n)
                .number(k)
                .number(left.pitch)
                .number(right.pitch)
                .number(left.batch)
                .number(right.batch)
                .number((n + plan.n - 1) / plan.n)
                .number(Math.toIntExact(plan.count(m, n)))
                .number(Math.toIntExact(batches))
                .number(part)
                .operations(2.0 * c.size() * k)
                .groups(256, plan.count(m, n) * batches, parts, 1);
        if (parts > 1) {
            sumParts(cl, target, end, c);
        }
    }

    /** {@code c} is the sum of {@code parts [p .. m n]} over p, and its end. */
    static void sumParts(ClBackend cl, Tensor parts, End end, Tensor c) {
        cl.launch(
                        "gemm",
                        "split_sum",
                        "-DBM=64 -DBN=64 -DVA=0 -DVB=0 -DVC=0" + end.options() + " -DRESULT=" + c.dtype())
                .tensor(parts)
                .tensors(end.tensors(c))
                .tensor(c)
                .number(c.size())
                .number(c.dim(-1))
                .number(parts.dim(0))
                .items(c.size());
    }

    private static int bit(boolean b) {
        return b ? 1 : 0;
    }

    /** Least time: rounds of tiles over the device, each as long as its share of k and its size. */
    private static Plan plan(long m, long n, long k, long batches, int units) {
        Plan best = new Plan(Tile.T128X128, 1);
        double least = Double.MAX_VALUE;
        long slots = 2L * units; // two work-groups of 256 with 128 registers each fit a unit
        for (Tile tile : Tile.values()) {
            for (int parts = 1; parts <= 64; parts *= 2) {
                if (parts > 1 && k / parts < 256) {
                    break;
                }
                double rounds = Math.ceil(tile.count(m, n) * batches * parts / (double) slots);
                double work = (double) tile.m * tile.n / tile.speed * ((double) k / parts + 32);
                double sumUp = parts > 1 ? (double) m * n * batches * (parts + 1) / units * 8 : 0;
                double time = rounds * work * 2 + sumUp;
                if (time < least) {
                    least = time;
                    best = new Plan(tile, parts);
                }
            }
        }
        return best;
    }

    /** The tensor as an operand; copied if its last two axes are not dense one way or the other. */
    static Operand operand(ClBackend cl, Tensor t) {
        Layout l = t.layout();
        int rank = l.shape().rank();
        boolean rows = l.stride(-1) == 1 || t.dim(-1) == 1;
        boolean columns = l.stride(-2) == 1 || t.dim(-2) == 1;
        Strided lead = Strided.of(List.of(new Layout(leading(l), leadingStrides(l), 0)));
        boolean oneBatchStride = lead.rank() == 1;
        if (!oneBatchStride || !rows && !columns) {
            Tensor copy = cl.copy(t);
            return new Operand(copy, false, copy.dim(-1), (long) copy.dim(-1) * copy.dim(-2));
        }
        long batch = lead.strides().getFirst()[Strided.AXES - 1];
        // A single row or column may have any stride along its axis of size 1.
        return rows && (t.dim(-1) > 1 || !columns || t.dim(-2) == 1)
                ? new Operand(t, false, t.dim(-2) == 1 ? t.dim(-1) : l.stride(rank - 2), batch)
                : new Operand(t, true, t.dim(-1) == 1 ? t.dim(-2) : l.stride(rank - 1), batch);
    }

    private static Shape leading(Layout l) {
        return l.shape().remove(-1).remove(-1);
    }

    private static long[] leadingStrides(Layout l) {
        return Arrays.copyOf(l.strides(), l.shape().rank() - 2);
    }
}
