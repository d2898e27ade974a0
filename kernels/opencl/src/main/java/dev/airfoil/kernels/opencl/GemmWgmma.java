package dev.airfoil.kernels.opencl;

import dev.airfoil.tensor.DType;
import dev.airfoil.tensor.Tensor;
import java.util.Optional;

/**
 * Products of BF16 factors by {@code gemm_wgmma.cl}, on NVIDIA's Hopper: one work-group of 384 a unit, each with a share
 * of the tiles. Sums are F32; the result is F32 or BF16.
 */
final class GemmWgmma {
    /** Columns of a slice along k. */
    private static final int SLICE = 64;

    /** Below so many slices a part is mostly beginning and end. */
    private static final int LEAST_SLICES = 8;

    private static final int MOST_PARTS = 16;

    /** Two teams of 4 warps, and 4 warps of which one work-item keeps the copies going. */
    private static final int GROUP = 384;

    private GemmWgmma() {}

    /**
     * A tile with what was measured on an H100: microseconds a slice with all units busy, and those of a tile's beginning
     * and end that nothing else fills.
     */
    enum Tile {
        APART_128X192(128, 192, 5, " -DAPART", 0.48, 1.9),
        SHARED_256X128(256, 128, 4, "", 0.66, 3.3),
        SHARED_128X64(128, 64, 8, "", 0.33, 0.9);

        final int m;
        final int n;
        final int stages;
        final String options;
        final double slice;
        final double ends;

        Tile(int m, int n, int stages, String teams, double slice, double ends) {
            this.m = m;
            this.n = n;
            this.stages = stages;
            this.options = "-DBM=" + m + " -DBN=" + n + " -DSTAGES=" + stages + teams;
            this.slice = slice;
            this.ends = ends;
        }

        long across(long cols) {
            return (cols + n - 1) / n;
        }

        long count(long rows, long cols) {
            return (rows + m - 1) / m * across(cols);
        }
    }

    /** A tile and the number of slices of k that a work-group sums up. */
    record Plan(Tile tile, int slices) {
        /** How many sums a result is made of. */
        int parts(int k) {
            return (k + slices * SLICE - 1) / (slices * SLICE);
        }
    }

    /** Whether the copy engine can read it: rows of 16 bytes at addresses of 16 bytes. */
    static boolean reads(Gemm.Operand x) {
        return x.tensor().dtype() == DType.BF16
                && x.pitch() >= 8
                && x.pitch() % 8 == 0
                && x.batch() % 8 == 0
                && x.tensor().layout().offset() % 8 == 0;
    }

    /**
     * Enqueues {@code c [.. m n] = a [.. m k] b [.. k n]} and its end; false if this device or these factors are for
     * another kernel.
     */
    static boolean run(ClBackend cl, Gemm.Operand a, Gemm.Operand b, Gemm.End end, Tensor c) {
        int k = a.tensor().dim(-1);
        if (!cl.hopper() || !reads(a) || !reads(b) || k == 0) {
            return false;
        }
        return run(cl, plan(cl, k, c), a, b, end, c);
    }

    /** As above, in a given way. */
    static boolean run(ClBackend cl, Plan plan, Gemm.Operand a, Gemm.Operand b, Gemm.End end, Tensor c) {
        return run(cl, plan, a, b, "", end, c);
    }

    /** As above, where b is what is seen of {@code images} by the options {@code seen}; false if the device refuses. */
    static boolean runImages(ClBackend cl, Gemm.Operand a, Gemm.Operand images, String seen, Tensor c) {
        return run(cl, plan(cl, a.tensor().dim(-1), c), a, images, " -DIMAGES" + seen, Gemm.End.SUMS, c);
    }

    private static boolean run(
            ClBackend cl, Plan plan, Gemm.Operand a, Gemm.Operand b, String seen, Gemm.End end, Tensor c) {
        int m = c.dim(-2);
        int n = c.dim(-1);
        int k = a.tensor().dim(-1);
        int batches = Math.toIntExact(c.size() / ((long) m * n));
        int parts = plan.parts(k);
        Tile tile = plan.tile;
        Tensor target = parts > 1 ? cl.scratch(parts, batches, m, n) : c;
        Gemm.End within = parts > 1 ? Gemm.End.SUMS : end;
        String options = tile.options
                + seen
                + (a.transposed() ? " -DTA" : "")
                + (b.transposed() ? " -DTB" : "")
                + (n % 8 == 0 ? " -DVC" : "")
                + within.options()
                + " -DRESULT=" + target.dtype()
                + " -cl-fast-relaxed-math";
        Optional<Launch> launch = cl.tryLaunch("gemm_wgmma", "gemm", options);
        if (launch.isEmpty()) {
            return false;
        }
        int count = Math.toIntExact(tile.count(m, n) * batches * parts);
        int groups = Math.min(cl.device().units(), count);
        launch.get()
                .tensor(a.tensor())
                .tensor(b.tensor())
                .tensors(within.tensors(c))
                .tensor(target)
                .number(m)
                .number(n)
                .number(k)
                .number(a.pitch())
                .number(b.pitch())
                .number(a.batch())
                .number(b.batch())
                .number((int) tile.across(n))
                .number((int) tile.count(m, n))
                .number(batches)
                .number(plan.slices * SLICE)
                .number(count)
                .tensor(cl.scratch(groups, 64)) // two descriptions of 128 bytes each
                .operations(2.0 * c.size() * k)
                .groups(GROUP, groups, 1, 1);
        if (parts > 1) {
            Gemm.sumParts(cl, target, end, c);
        }
        return true;
    }

    private static Plan plan(ClBackend cl, int k, Tensor c) {
        long batches = c.size() / ((long) c.dim(-2) * c.dim(-1));
        return plan(c.dim(-2), c.dim(-1), k, batches, cl.device().units());
    }

    /** The plan of least time for {@code [m k] [k n]}, {@code batches} times, on a device of {@code units}. */
    static Plan plan(long m, long n, long k, long batches, int units) {
        Plan best = new Plan(Tile.SHARED_128X64, 1);
        double least = Double.MAX_VALUE;
        long slices = (k + SLICE - 1) / SLICE;
        for (Tile tile : Tile.values()) {
            for (long parts = 1; parts == 1 || parts <= MOST_PARTS && slices / parts >= LEAST_SLICES; parts++) {
                long each = (slices + parts - 1) / parts;
                double rounds = Math.ceil(tile.count(m, n) * batches * parts / (double) units);
                double sumUp = parts > 1 ? 5 + 4e-6 * m * n * batches * parts : 0; // write and read at 2 TB/s
                double time = rounds * (each * tile.slice + tile.ends) + sumUp;
                if (time < least) {
                    least = time;
                    best = new Plan(tile, (int) each);
                }
            }
        }
        return best;
    }
}
