package dev.airfoil.kernels.opencl;

import java.util.List;

/**
 * How {@link Gemm} uses {@code gemm_mma.cl}, the product on NVIDIA's tensor cores: which tile, and into how many parts
 * k is split. F32 factors pass through the second level cache many times where tiles are small, and a work-group alone
 * on a unit leaves it idle at its first and last slice: which tile is best is a matter of measurement.
 */
final class GemmMma {
    /** Columns of a slice along k. */
    private static final int SLICE = 32;

    /** Below so many slices a part is mostly beginning and end. */
    private static final int LEAST_SLICES = 8;

    private GemmMma() {}

    /**
     * A tile with what was measured on an H100: work-groups a unit, microseconds a slice with all units busy, and those
     * of a work-group's beginning and end.
     */
    private enum Tile {
        T192X192(192, 192, 4, 2, "", 1, 1.40, 8),
        T256X128(256, 128, 4, 2, "", 1, 1.28, 8),
        T128X96(128, 96, 4, 2, " -cl-nv-maxrregcount=128", 2, 1.05, 5),
        T64X64(64, 64, 4, 2, "", 4, 0.95, 4);

        final int m;
        final int n;
        final String options;
        final int perUnit;
        final double slice;
        final double ends;

        Tile(int m, int n, int warpsM, int warpsN, String limits, int perUnit, double slice, double ends) {
            this.m = m;
            this.n = n;
            this.options = " -DWARPS_M=" + warpsM + " -DWARPS_N=" + warpsN + limits;
            this.perUnit = perUnit;
            this.slice = slice;
            this.ends = ends;
        }
    }

    /** The plan of least time for {@code [m k] [k n]}, {@code batches} times, on a device of {@code units}. */
    static Gemm.Plan plan(long m, long n, long k, long batches, int units) {
        Tile best = Tile.T64X64;
        int bestParts = 1;
        double least = Double.MAX_VALUE;
        long slices = (k + SLICE - 1) / SLICE;
        for (Tile tile : Tile.values()) {
            long groups = (m + tile.m - 1) / tile.m * ((n + tile.n - 1) / tile.n) * batches;
            long slots = (long) units * tile.perUnit;
            for (long parts : List.of(1L, slots / groups, 2 * slots / groups)) {
                if (parts < 1 || parts > 1 && slices / parts < LEAST_SLICES) {
                    continue;
                }
                double rounds = Math.ceil(groups * parts / (double) slots);
                double each = Math.ceil(slices / (double) parts) * tile.slice + tile.ends;
                double sumUp = parts > 1 ? 5 + 4e-6 * m * n * batches * parts : 0; // write and read at 2 TB/s
                double time = rounds * each + sumUp;
                if (time < least) {
                    least = time;
                    best = tile;
                    bestParts = (int) parts;
                }
            }
        }
        return new Gemm.Plan("gemm_mma", best.options, best.m, best.n, bestParts);
    }
}
