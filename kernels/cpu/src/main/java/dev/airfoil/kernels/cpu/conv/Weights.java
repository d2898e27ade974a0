package dev.airfoil.kernels.cpu.conv;

import dev.airfoil.kernels.cpu.Floats;
import dev.airfoil.kernels.cpu.Scratch;
import dev.airfoil.kernels.cpu.WorkerPool;
import dev.airfoil.kernels.cpu.gemm.Gemm;
import dev.airfoil.kernels.cpu.vector.Lanes;
import dev.airfoil.tensor.Tensor;
import java.lang.foreign.MemorySegment;

/**
 * Weights of a convolution as they lie in memory: that of output channel o for input channel c, in row i and column j of
 * the kernel, stands at byte {@code base + o * output + c * input + i * down + j * across}. Strides may be negative, as
 * of a kernel turned by half a turn.
 */
record Weights(MemorySegment data, long base, int outputs, long output, long input, long down, long across) {
    /** Input channels at a time: few enough that their weights for a tile's rows stay in a cache. */
    private static final int CHANNELS = 32;

    private static final int PIECE_SLOT = 0;

    /** Those of a dense {@code weight [o c i j]} that lies at {@code data}. */
    static Weights of(Floats data, Tensor weight) {
        long down = 4L * weight.dim(3);
        long input = down * weight.dim(2);
        return new Weights(data.data(), data.base(), weight.dim(0), input * weight.dim(1), input, down, 4);
    }

    /**
     * Packs them as the left side of tiles of {@code mr} rows: block after block of depths, see {@link Depths}, each in
     * panels {@code [outputs / mr][depths][mr]}.
     */
    void pack(WorkerPool pool, Window window, Depths depths, int mr, float[] to) {
        int panels = (outputs + mr - 1) / mr;
        pool.split(panels, (from, end) -> {
            try (Scratch own = Scratch.borrow()) {
                for (int panel = from; panel < end; panel++) {
                    int o = panel * mr;
                    int w = Math.min(mr, outputs - o);
                    for (int c = 0; c < window.c(); c += CHANNELS) {
                        Piece piece = piece(window, o, w, c, Math.min(CHANNELS, window.c() - c), own);
                        piece.pack(window, depths, panels, panel, mr, to);
                    }
                }
            }
        });
    }

    /**
     * Output channels {@code o .. o + w}, input channels {@code c .. c + n} in an array, in the order in which they lie in
     * memory: read in runs, those of one output channel or those of one input channel.
     */
    private Piece piece(Window window, int o, int w, int c, int n, Scratch own) {
        long i = (window.i() - 1) * down;
        long j = (window.j() - 1) * across;
        long first = Math.min(0, i) + Math.min(0, j);
        int taps = (int) (Math.abs(i) + Math.abs(j)) / 4 + 1;
        boolean byOutputs = output > input;
        int run = taps + (int) (byOutputs ? (n - 1) * input : (w - 1) * output) / 4;
        int runs = byOutputs ? w : n;
        float[] data = own.floats(PIECE_SLOT, (long) runs * run);
        for (int k = 0; k < runs; k++) {
            long from = base + first + o * output + c * input + k * (byOutputs ? output : input);
            Lanes.copy(this.data, from, data, k * run, run);
        }
        int row = byOutputs ? run : (int) output / 4;
        int next = byOutputs ? (int) input / 4 : run;
        return new Piece(data, (int) -first / 4, w, row, c, n, next, (int) down / 4, (int) across / 4);
    }

    /** Weight (r, d, i, j) is {@code data[base + r * row + d * next + i * down + j * across]}. */
    private record Piece(float[] data, int base, int w, int row, int c, int n, int next, int down, int across) {
        void pack(Window window, Depths depths, int panels, int panel, int mr, float[] to) {
            for (int tap = 0; tap < window.i() * window.j(); tap++) {
                int i = tap / window.j();
                int j = tap % window.j();
                int start = j * window.c() + c;
                for (int d = start; d < start + n; ) {
                    int part = d / depths.most();
                    int d0 = depths.start(part);
                    int kb = depths.start(part + 1) - d0;
                    int count = Math.min(start + n, d0 + kb) - d;
                    int at = mr * (panels * (i * depths.length() + d0) + panel * kb + d - d0);
                    int from = base + i * down + j * across + (d - start) * next;
                    for (int r = 0; r < w; r++) {
                        spread(data, from + r * row, next, count, to, at + r, mr);
                    }
                    d += count;
                }
            }
        }

        private static void spread(float[] x, int from, int next, int count, float[] y, int at, int step) {
            for (int k = 0; k < count; k++) {
                y[at + k * step] = x[from + k * next];
            }
        }
    }

    /** The depths of one row of a kernel, {@code [j c]}, in blocks whose panels stay in the first-level cache. */
    record Depths(int length, int most) {
        static Depths of(Window window) {
            int length = window.j() * window.c();
            return new Depths(length, Gemm.depth(length));
        }

        int parts() {
            return (length + most - 1) / most;
        }

        int start(int part) {
            return Math.min(length, part * most);
        }
    }
}
